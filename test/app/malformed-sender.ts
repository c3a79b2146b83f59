import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { decodeTftp, encodeTftp } from '../../src/wire/tftp/packet.ts'
import { mutate, type Random, seeded } from '../seeded.ts'

/** What is sent inside a namespace: `count` payloads made of `samples` (hex) and noise, the same for the same seed. */
export type MalformedOrder = {
  how: 'udp' | 'transfer' | 'tcp'
  server: string
  port: number
  fromPort?: number
  count: number
  seed: number
  samples: string[]
}

const BURST = 32
/** Slow enough for a server that answers each, so that what is sent is heard. */
const BURST_MS = 6
const PER_TRANSFER = 125
const AT_ONCE = 48
const CONNECTION_MS = 3000

const order = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as MalformedOrder
const samples = order.samples.map((text) => Buffer.from(text, 'hex'))
const random = seeded(order.seed)

/** One payload in five is noise from the first byte on. */
const next = (from: Random): Buffer =>
  from.below(5) === 0 ? from.bytes(from.below(600)) : mutate(from, from.pick(samples))

const openSocket = async (port = 0): Promise<UdpSocket> => {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  await new Promise<void>((resolve) => socket.bind(port, resolve))
  socket.setBroadcast(true)
  return socket
}

const send = (socket: UdpSocket, bytes: Buffer, port: number): Promise<void> =>
  new Promise((resolve) => socket.send(bytes, port, order.server, () => resolve()))

async function sendUdp(): Promise<number> {
  const socket = await openSocket(order.fromPort)
  for (let at = 0; at < order.count; at++) {
    await send(socket, next(random), order.port)
    if (at % BURST === 0) await wait(BURST_MS)
  }
  socket.close()
  return order.count
}

/** Begins reads and sends to the port of each, from its own client and from a stranger; breaks each off as a client may. */
async function sendToTransfers(): Promise<number> {
  const stranger = await openSocket()
  let sent = 0
  while (sent < order.count) {
    const client = await openSocket()
    const answered = new Promise<number>((resolve) => client.once('message', (_bytes, from) => resolve(from.port)))
    await send(client, Buffer.from(encodeTftp(readRequest())), order.port)
    const port = await Promise.race([answered, wait(5000)])
    if (port === undefined) throw new Error(`no read was begun after ${sent} packets`)
    for (let at = 0; at < PER_TRANSFER; at++, sent++) {
      await send(at % 25 === 24 ? client : stranger, next(random), port)
      if (at % BURST === 0) await wait(2)
    }
    await send(client, Buffer.from(encodeTftp({ kind: 'error', code: 0, message: 'enough' })), port)
    client.close()
  }
  stranger.close()
  return sent
}

const readRequest = () => decodeTftp(samples[0]!)

/** A connection for each payload, whose end is waited for. */
async function sendTcp(): Promise<number> {
  let [begun, over] = [0, 0]
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port: order.port, host: order.server, allowHalfOpen: true }, () =>
        socket.end(next(random)),
      )
      const end = (): void => {
        clearTimeout(alarm)
        over++
        // Reset, so that a hundred thousand ports do not wait for their last packets.
        socket.resetAndDestroy()
        resolve()
      }
      const alarm = setTimeout(end, CONNECTION_MS)
      socket.on('data', () => {})
      socket.once('end', end)
      socket.once('error', end)
    })
  const worker = async (): Promise<void> => {
    while (begun++ < order.count) await one()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return over
}

const HOW = { udp: sendUdp, transfer: sendToTransfers, tcp: sendTcp }
process.stdout.write(JSON.stringify({ sent: await HOW[order.how]() }))
process.exit(0)
