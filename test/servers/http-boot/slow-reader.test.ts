import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeDoor, httpDoor, listen } from '../../../src/app/machine-doors.ts'
import { silentLog } from '../../../src/core/log.ts'
import { sendFile } from '../../../src/servers/http-boot/send-file.ts'

const SIZE = 64 << 20
const STALLED_MS = 500
const READERS = 250
const LEAST_BYTES = 4 << 20
/** Of a reader that takes two fifths of the least. */
const TRICKLE = { bytes: 64 << 10, everyMs: 20 }
let folder: string
let door: Server
let ended: PromiseWithResolvers<boolean>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-slow-'))
  await writeFile(join(folder, 'large'), Buffer.alloc(SIZE, 'x'))
  ended = Promise.withResolvers()
  const routes = express
    .Router()
    .get('/', async (req, res) => ended.resolve(await sendFile(join(folder, 'large'), req, res)))
  door = httpDoor(routes, silentLog, { stalledMilliseconds: STALLED_MS, leastBytes: LEAST_BYTES })
  await listen(door, { host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await closeDoor(door)
  await rm(folder, { recursive: true })
})

const ask = () => {
  const socket = connect({ host: '127.0.0.1', port: (door.address() as AddressInfo).port })
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  return socket
}

it('cuts a reader that takes nothing any more, and holds no more than two pieces for it', async () => {
  const before = process.memoryUsage().arrayBuffers
  const socket = ask()
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  expect(await ended.promise).toBe(false)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20)
  socket.destroy()
})

it('sends all to a reader that takes its time, but takes', async () => {
  const socket = ask()
  let bytes = 0
  socket.on('data', (part) => {
    bytes += part.length
    if (bytes % 7 !== 0) return
    socket.pause()
    setImmediate(() => socket.resume())
  })
  expect(await ended.promise).toBe(true)
  await expect.poll(() => bytes).toBeGreaterThan(SIZE)
  socket.destroy()
})

it('cuts a reader that takes a little again and again, and holds no more than two pieces for it', async () => {
  const before = process.memoryUsage().arrayBuffers
  const socket = ask()
  socket.pause()
  let bytes = 0
  const trickle = setInterval(() => {
    bytes += (socket.read(TRICKLE.bytes) as Buffer | null)?.length ?? 0
  }, TRICKLE.everyMs)
  expect(await ended.promise).toBe(false)
  clearInterval(trickle)
  expect(bytes).toBeGreaterThan(TRICKLE.bytes)
  expect(bytes).toBeLessThan(SIZE / 2)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20)
  socket.destroy()
})

it('holds little for each of many readers that take nothing', async () => {
  await closeDoor(door)
  const routes = express.Router().get('/', (req, res) => void sendFile(join(folder, 'large'), req, res))
  door = httpDoor(routes, silentLog, { mostPerAddress: READERS })
  await listen(door, { host: '127.0.0.1', port: 0 })
  const before = process.memoryUsage().arrayBuffers
  const sockets = Array.from({ length: READERS }, ask)
  await Promise.all(
    sockets.map(async (socket) => {
      await new Promise((resolve) => socket.once('data', resolve))
      socket.pause()
    }),
  )
  const held = process.memoryUsage().arrayBuffers - before
  for (const socket of sockets) socket.destroy()
  expect(held).toBeLessThan((READERS / 2) << 20)
})
