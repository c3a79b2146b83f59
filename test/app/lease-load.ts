import { setTimeout as wait } from 'node:timers/promises'
import { openUdpSocket } from '../../src/servers/udp-socket.ts'
import { encodeOptions, type Options } from '../../src/wire/dhcp4/options.ts'
import { BROADCAST_FLAG, type DhcpPacket, decodePacket, encodePacket } from '../../src/wire/dhcp4/packet.ts'

/** Machines that ask for leases, each new one after the other's ACK; prints `MAC address` for every ACK, until it is ended. */
const [device, workers, prefix, pauseMs] = process.argv.slice(2) as [string, string, string, string]
const NONE = '0.0.0.0'
const ANSWER_MS = 300
const TRIES = 40

const waiting = new Map<number, (packet: DhcpPacket) => void>()
const socket = await openUdpSocket({ interface: device, address: NONE, port: 68, receiveBytes: 8 << 20 })
socket.on('message', (bytes) => {
  const packet = decodePacket(bytes)
  waiting.get(packet.xid)?.(packet)
})
let lastXid = 0
let made = 0

async function exchange(mac: string, options: Options): Promise<DhcpPacket | undefined> {
  const xid = ++lastXid
  const chaddr = Buffer.from(mac.replaceAll(':', ''), 'hex')
  const header = {
    ...{ op: 1, htype: 1, hops: 0, xid, secs: 0, flags: BROADCAST_FLAG, chaddr, sname: '', file: '' },
    ...{ ciaddr: NONE, yiaddr: NONE, siaddr: NONE, giaddr: NONE },
  }
  const { bytes } = encodePacket(header, encodeOptions(options))
  const answered = new Promise<DhcpPacket>((resolve) => waiting.set(xid, resolve))
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      socket.send(bytes, 67, '255.255.255.255')
      const answer = await Promise.race([answered, wait(ANSWER_MS)])
      if (answer) return answer
    }
    return undefined
  } finally {
    waiting.delete(xid)
  }
}

async function lease(mac: string): Promise<void> {
  const offer = await exchange(mac, { messageType: 'discover' })
  if (!offer) return
  const serverId = offer.options.serverId!
  const ack = await exchange(mac, { messageType: 'request', serverId, requestedAddress: offer.yiaddr })
  if (ack?.options.messageType === 'ack') process.stdout.write(`${mac} ${ack.yiaddr}\n`)
}

const newMac = (): string => {
  const number = ++made
  const bytes = [number >> 16, (number >> 8) & 255, number & 255]
  return `${prefix}:${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`
}
const work = async (): Promise<never> => {
  for (;;) {
    await lease(newMac())
    if (pauseMs !== '0') await wait(Number(pauseMs))
  }
}
await Promise.all(Array.from({ length: Number(workers) }, work))
