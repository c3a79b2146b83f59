import { AppError } from '../core/errors.ts'
import { encodeMagicFrame } from '../wire/wake-on-lan/packet.ts'
import { called, close, sendto } from './libc.ts'
import { hardwareAddress, openPacketSocket, packetAddress } from './packet-socket.ts'
import { openUdpSocket } from './udp-socket.ts'

const ANY = '0.0.0.0'
/** The socket only sends: no EtherType is ever received by it. */
const NOTHING = 0

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
  const frame = encodeMagicFrame(hardwareAddress(device), payload)
  const fd = openPacketSocket(device, NOTHING)
  try {
    const place = packetAddress(device, etherType)
    called('sendto', device, Number(sendto(fd, frame, frame.length, 0, place, place.length)))
  } finally {
    close(fd)
  }
}
