import { networkInterfaces } from 'node:os'
import { AppError } from '../core/errors.ts'
import { parseMac } from '../core/mac.ts'
import { encodeMagicFrame } from '../wire/wake-on-lan/packet.ts'
import { called, close, interfaceIndex, NONBLOCK_CLOEXEC, sendto, socket } from './libc.ts'
import { openUdpSocket } from './udp-socket.ts'

const AF_PACKET = 17
const SOCK_RAW = 3
const ANY = '0.0.0.0'
const NO_MAC = '00:00:00:00:00:00'

/** Sends a datagram to a broadcast address out of one interface. Needs CAP_NET_RAW. Throws socket.failed. */
export async function sendBroadcast(device: string, address: string, port: number, payload: Uint8Array): Promise<void> {
  const door = await openUdpSocket({ interface: device, address: ANY, port: 0 })
  try {
    await new Promise<void>((resolve, reject) =>
      door.send(payload, port, address, (cause) =>
        cause
          ? reject(new AppError('socket.failed', `expected to send to ${address} on ${device}: ${cause.message}`))
          : resolve(),
      ),
    )
  } finally {
    await new Promise<void>((resolve) => door.close(resolve))
  }
}

/** Sends a magic packet to everyone on the wire of one interface. Needs CAP_NET_RAW. Throws socket.failed. */
export async function sendWakeFrame(device: string, etherType: number, payload: Uint8Array): Promise<void> {
  const own = Buffer.from(parseMac(networkInterfaces()[device]?.[0]?.mac ?? NO_MAC).replaceAll(':', ''), 'hex')
  const frame = encodeMagicFrame(own, payload)
  // Protocol 0: nothing is ever received by it.
  const fd = called('socket', device, socket(AF_PACKET, SOCK_RAW | NONBLOCK_CLOEXEC, 0))
  try {
    const place = packetAddress(device, etherType)
    called('sendto', device, Number(sendto(fd, frame, frame.length, 0, place, place.length)))
  } finally {
    close(fd)
  }
}

/** struct sockaddr_ll: family, protocol in network order, interface index; the rest zero. */
function packetAddress(device: string, etherType: number): Buffer {
  const out = Buffer.alloc(20)
  out.writeUInt16LE(AF_PACKET, 0)
  out.writeUInt16BE(etherType, 2)
  out.writeInt32LE(interfaceIndex(device), 4)
  return out
}
