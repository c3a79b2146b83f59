import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sendFile } from '../../../src/servers/http-boot/send-file.ts'

const BYTES = Buffer.from(Array.from({ length: 2_000_003 }, (_, i) => (i * 7) % 251))
let folder: string
let file: string
let server: Server
let url: string
let whole: boolean[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-file-'))
  file = join(folder, 'file')
  await writeFile(file, BYTES)
  whole = []
  server = createServer(async (req, res) => whole.push(await sendFile(file, req, res)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

const get = async (headers: Record<string, string> = {}, method = 'GET') => {
  const answer = await fetch(url, { method, headers })
  return { answer, body: Buffer.from(await answer.arrayBuffer()) }
}

it('sends many at once, every byte in its place', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => get()))
  expect(answers.every(({ body }) => body.equals(BYTES))).toBe(true)
  await expect.poll(() => whole).toEqual(Array(12).fill(true))
})

it('sends a range, and tells that the last byte left only when it did', async () => {
  for (const [range, from, to] of [
    ['bytes=600000-1300000', 600_000, 1_300_001],
    ['bytes=-9', BYTES.length - 9, BYTES.length],
  ] as const) {
    const { answer, body } = await get({ range })
    expect([answer.status, body.equals(BYTES.subarray(from, to))]).toEqual([206, true])
  }
  await expect.poll(() => whole).toEqual([false, true])
})

it('has an ETag that changes with the file', async () => {
  const before = (await get({}, 'HEAD')).answer.headers.get('etag')!
  expect((await get({ 'if-none-match': before })).answer.status).toBe(304)
  await writeFile(file, Buffer.from(BYTES).reverse())
  await utimes(file, 1, 1)
  const after = await get({ 'if-none-match': before })
  expect([after.answer.status, after.answer.headers.get('etag') === before]).toEqual([200, false])
})

it('sends an empty file', async () => {
  await writeFile(file, '')
  const { answer, body } = await get()
  expect([answer.status, body.length, answer.headers.get('content-length')]).toEqual([200, 0, '0'])
})
