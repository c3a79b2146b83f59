import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { openUdpSocket } from '../../../src/servers/udp-socket.ts'
import { encodeOptions, type Options } from '../../../src/wire/dhcp4/options.ts'
import { BROADCAST_FLAG, type DhcpPacket, decodePacket, encodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { decodeTftp, encodeTftp } from '../../../src/wire/tftp/packet.ts'

/** What is simulated: the machines by their MACs, switched on evenly `withinMs`. */
export type StormOrder = { macs: string[]; withinMs: number; server: string; device: string; httpPort: number }
/** `scriptMs`: from the request for the script to its last byte. `bootMs`: from power to that byte. */
export type StormResult = {
  served: number
  addresses: number
  failures: string[]
  scriptMs: number[]
  bootMs: number[]
  seconds: number
  cpuSeconds: number
}

const TRIES = 5
const ANSWER_MS = 4000
const RANGE_BYTES = 64 * 1024
const NONE = '0.0.0.0'

const order = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as StormOrder
const waiting = new Map<number, (packet: DhcpPacket) => void>()
const dhcp = await openUdpSocket({ interface: order.device, address: NONE, port: 68, receiveBytes: 8 << 20 })
dhcp.on('message', (bytes) => {
  const packet = decodePacket(bytes)
  waiting.get(packet.xid)?.(packet)
})

let lastXid = 0

/** Sends a message until its answer comes, as firmware does. */
async function exchange(mac: string, options: Options): Promise<DhcpPacket> {
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
      dhcp.send(bytes, 67, '255.255.255.255')
      const answer = await Promise.race([answered, wait(ANSWER_MS << tries)])
      if (answer) return answer
    }
    throw new Error(`${options.messageType} was not answered`)
  } finally {
    waiting.delete(xid)
  }
}

async function lease(mac: string, who: Options): Promise<DhcpPacket> {
  const offer = await exchange(mac, { messageType: 'discover', ...who })
  const serverId = offer.options.serverId!
  const ack = await exchange(mac, { messageType: 'request', ...who, serverId, requestedAddress: offer.yiaddr })
  if (ack.options.messageType !== 'ack') throw new Error(`expected an ACK, got ${ack.options.messageType}`)
  return ack
}

/** Reads a file in blocks of 1468 bytes, one after the other, from an address of the pool. */
function readLoader(address: string, name: string): Promise<number> {
  const socket: Socket = createSocket('udp4')
  let alarm: NodeJS.Timeout | undefined
  return new Promise<number>((resolve, reject) => {
    let [next, bytes, peer] = [1, 0, 69]
    let last: Uint8Array = encodeTftp({ kind: 'rrq', name, mode: 'octet', options: new Map([['blksize', '1468']]) })
    let tries = 0
    const send = (packet: Uint8Array): void => {
      last = packet
      socket.send(packet, peer, order.server)
      clearTimeout(alarm)
      alarm = setTimeout(again, ANSWER_MS)
    }
    const again = (): void => (++tries > TRIES ? reject(new Error(`${name}: no answer`)) : send(last))
    socket.on('error', reject)
    socket.on('message', (payload, from) => {
      peer = from.port
      const packet = decodeTftp(payload)
      if (packet.kind === 'error') return reject(new Error(`${name}: ${packet.code} ${packet.message}`))
      if (packet.kind === 'oack') return send(encodeTftp({ kind: 'ack', block: 0 }))
      if (packet.kind !== 'data' || packet.block !== (next & 0xffff)) return
      bytes += packet.data.length
      next++
      send(encodeTftp({ kind: 'ack', block: packet.block }))
      if (packet.data.length === 1468) return
      resolve(bytes)
    })
    socket.bind(0, address, () => send(last))
  }).finally(() => {
    clearTimeout(alarm)
    socket.close()
  })
}

const agent = new Agent({ keepAlive: false })

function get(address: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const where = { host: order.server, port: order.httpPort, path, localAddress: address, headers, agent }
    request(where, (answer) => {
      let bytes = 0
      answer.on('data', (part: Buffer) => {
        bytes += part.length
      })
      answer.on('end', () =>
        answer.statusCode! < 300 ? resolve(bytes) : reject(new Error(`${path}: ${answer.statusCode}`)),
      )
      answer.on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}

const FIRMWARE: Options = {
  ...{ vendorClass: 'PXEClient:Arch:00000:UNDI:002001', clientArch: [0], networkInterface: Uint8Array.of(1, 2, 1) },
  requestedOptions: [1, 3, 6, 54, 60, 66, 67],
}

async function boot(mac: string): Promise<{ address: string; scriptMs: number; bootMs: number }> {
  const powered = performance.now()
  const rom = await lease(mac, FIRMWARE)
  const address = rom.yiaddr
  await readLoader(address, rom.options.bootFile ?? rom.file)
  const ipxe = await lease(mac, { ...FIRMWARE, userClass: ['iPXE'] })
  if (ipxe.yiaddr !== address) throw new Error(`${mac} had ${address} and then ${ipxe.yiaddr}`)
  const asked = performance.now()
  await get(address, new URL(ipxe.options.bootFile!).pathname)
  const now = performance.now()
  const ranged = await get(address, '/boot/initrd', { range: `bytes=0-${RANGE_BYTES - 1}` })
  if (ranged !== RANGE_BYTES) throw new Error(`expected ${RANGE_BYTES} bytes of the ramdisk, got ${ranged}`)
  return { address, scriptMs: now - asked, bootMs: now - powered }
}

const began = performance.now()
const outcomes = await Promise.allSettled(
  order.macs.map(async (mac, index) => {
    await wait((index * order.withinMs) / order.macs.length)
    return boot(mac)
  }),
)
const seconds = (performance.now() - began) / 1000
const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
const { user, system } = process.cpuUsage()
const result: StormResult = {
  ...{ served: done.length, addresses: new Set(done.map(({ address }) => address)).size, failures, seconds },
  ...{ scriptMs: done.map((one) => one.scriptMs), bootMs: done.map((one) => one.bootMs) },
  cpuSeconds: (user + system) / 1e6,
}
process.stdout.write(JSON.stringify(result))
process.exit(0)
