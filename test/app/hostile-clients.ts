import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { openUdpSocket } from '../../src/servers/udp-socket.ts'
import { decodePacket } from '../../src/wire/dhcp4/packet.ts'
import { encodeTftp } from '../../src/wire/tftp/packet.ts'

/** What is done inside a namespace. `reads`: `count` requests to read within `withinMs`, from sockets on `addresses` in turn. */
export type HostileOrder =
  | { how: 'reads'; server: string; name: string; count: number; withinMs: number; addresses: string[] }
  /** Opens connections that say nothing; tells how many stay. */
  | { how: 'idle'; server: string; port: number; count: number }
  /** Sends DHCP payloads (hex) to a port from one of ours; tells what came back to it before the answer to the last. */
  | { how: 'dhcp'; device: string; to: string; port: number; fromPort: number; payloads: string[] }
  /** Sends bytes over TCP; tells all that came back until the other side ended. */
  | { how: 'raw'; server: string; port: number; text: string }

const SOCKETS_EACH = 4
const ANSWER_MS = 5000

const order = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as HostileOrder

async function sendReads({ server, name, count, withinMs, addresses }: Extract<HostileOrder, { how: 'reads' }>) {
  const request = encodeTftp({ kind: 'rrq', name, mode: 'octet', options: new Map([['blksize', '1468']]) })
  let answered = 0
  const sockets: UdpSocket[] = []
  for (let at = 0; at < count / SOCKETS_EACH; at++) {
    const socket = createSocket('udp4')
    socket.on('message', () => answered++)
    await new Promise<void>((resolve) => socket.bind(0, addresses[at % addresses.length], resolve))
    sockets.push(socket)
  }
  const began = performance.now()
  for (let at = 0; at < count; at++) {
    sockets[at % sockets.length]!.send(request, 69, server)
    if (at % 50 === 0) await wait(Math.max(0, (withinMs * at) / count - (performance.now() - began)))
  }
  return { sent: count, answered, ms: Math.round(performance.now() - began) }
}

async function openIdle({ server, port, count }: Extract<HostileOrder, { how: 'idle' }>) {
  const sockets: Socket[] = []
  let refused = 0
  for (let at = 0; at < count; at++) {
    const socket = connect({ host: server, port })
    socket.on('error', () => {})
    socket.once('close', () => refused++)
    sockets.push(socket)
    if (at % 64 === 0) await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  }
  for (let last = -1; last !== refused; await wait(1000)) last = refused
  return { open: count - refused, refused }
}

async function sendDhcp({ device, to, port, fromPort, payloads }: Extract<HostileOrder, { how: 'dhcp' }>) {
  const sockets = [await openUdpSocket({ interface: device, address: '0.0.0.0', port: fromPort })]
  if (fromPort !== 68) sockets.push(await openUdpSocket({ interface: device, address: '0.0.0.0', port: 68 }))
  const packets = payloads.map((text) => Buffer.from(text, 'hex'))
  const last = packets.at(-1)!.readUInt32BE(4)
  const answers: { xid: number; yiaddr: string; type: string | undefined }[] = []
  const ended = new Promise<void>((resolve) => {
    for (const socket of sockets)
      socket.on('message', (bytes) => {
        const { op, xid, yiaddr, options } = decodePacket(bytes)
        if (op !== 2) return
        answers.push({ xid, yiaddr, type: options.messageType })
        if (xid === last) resolve()
      })
  })
  for (const packet of packets) sockets[0]!.send(packet, port, to)
  await Promise.race([ended, wait(ANSWER_MS)])
  return { answers }
}

async function sendRaw({ server, port, text }: Extract<HostileOrder, { how: 'raw' }>) {
  const socket = connect({ host: server, port })
  let answer = ''
  socket.on('data', (part) => {
    answer += part.toString('latin1')
  })
  socket.on('error', () => {})
  socket.write(text)
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), wait(ANSWER_MS)])
  return { answer: answer.slice(0, 20_000) }
}

/** With `open` connections the program stays until it is ended, so that they do. */
async function run(): Promise<unknown> {
  if (order.how === 'reads') return sendReads(order)
  if (order.how === 'dhcp') return sendDhcp(order)
  if (order.how === 'raw') return sendRaw(order)
  return openIdle(order)
}

process.stdout.write(`${JSON.stringify(await run())}\n`)
if (order.how === 'idle') await wait(60_000)
process.exit(0)
