import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** Clients that fetch paths in turn over connections of their own, each asking again when it has its answer. */
export type HttpOrder = {
  address: string
  port: number
  clients: number
  paths: string[]
  ms: number
  requests?: number
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const READ_BYTES = 1 << 20

const order = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as HttpOrder
const total = { bytes: 0, answers: 0 }
let next = 0
const began = performance.now()
const isOver = (): boolean =>
  performance.now() - began >= order.ms || (order.requests !== undefined && next >= order.requests)

/** One connection. Reads into one buffer that is used again, and counts what it reads: the least a client can do. */
function fetchInTurn(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let left = 0
  const take = (size: number, bytes: Uint8Array): boolean => {
    let body = size
    if (left === 0) {
      const head = Buffer.from(bytes.buffer, bytes.byteOffset, size)
      const end = head.indexOf(END_OF_HEAD)
      const text = head.toString('latin1', 0, end)
      if (end < 0 || !text.startsWith('HTTP/1.1 200'))
        reject(new Error(`expected an answer, got ${text.slice(0, 300)}`))
      left = Number(/content-length: (\d+)/i.exec(text)![1])
      body -= end + END_OF_HEAD.length
    }
    left -= body
    total.bytes += body
    if (left > 0) return true
    total.answers++
    if (isOver()) socket.end()
    else ask()
    return true
  }
  const { address: host, port } = order
  const socket = connect({ host, port, onread: { buffer: Buffer.alloc(READ_BYTES), callback: take } })
  const ask = (): void => {
    const path = order.paths[next++ % order.paths.length]
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  }
  socket.on('connect', ask).on('error', reject)
  socket.on('close', () => (left > 0 ? reject(new Error('the answer was cut')) : resolve()))
  return promise
}

await Promise.all(Array.from({ length: order.clients }, fetchInTurn))
console.log(JSON.stringify({ ...total, ms: performance.now() - began }))
