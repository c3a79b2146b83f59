import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { overlay, patchParts, sendPatched } from '../../../src/servers/http-boot/send-patched.ts'

const ORIGINAL = Buffer.from('0123456789abcdefghij')
const PATCH = { offset: 7, bytes: Buffer.from('XYZW!') }
const PATCHED = Buffer.from('0123456XYZW!cdefghij')

async function* cut(bytes: Buffer, lengths: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += lengths) yield bytes.subarray(at, at + lengths)
}
const joined = async (parts: AsyncIterable<Buffer>) => Buffer.concat(await Array.fromAsync(parts))

describe('the bytes', () => {
  test.each(Array.from({ length: 21 }, (_, index) => [index + 1]))(
    'are the same in parts of %s bytes, from every start to every end',
    async (lengths) => {
      for (let start = 0; start < ORIGINAL.length; start++)
        for (let end = start; end <= ORIGINAL.length; end++) {
          const got = await joined(patchParts(cut(ORIGINAL.subarray(start, end), lengths), start, PATCH))
          expect(got.toString()).toBe(PATCHED.subarray(start, end).toString())
        }
    },
  )

  it('are copied only where the patch falls into them, and never changed where they lie', () => {
    const before = ORIGINAL.toString()
    expect(overlay(ORIGINAL.subarray(0, 7), 0, PATCH).buffer).toBe(ORIGINAL.buffer)
    overlay(ORIGINAL, 0, PATCH)
    expect(ORIGINAL.toString()).toBe(before)
  })
})

describe('the answer', () => {
  const size = 3 * 512 * 1024 + 77
  const whole = randomBytes(size)
  // Across the first two parts of the stream.
  const patch = { offset: 512 * 1024 - 1000, bytes: randomBytes(8192) }
  const expected = Buffer.from(whole)
  expected.set(patch.bytes, patch.offset)
  /** What the sending of each range said, which may be after the next one was asked. */
  const ended = new Map<string, boolean>()
  let server: Server
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-patched-'))
    const path = join(folder, 'image')
    await writeFile(path, whole)
    const app = express().disable('etag')
    app.get('/', async (req, res) => {
      const isEnd = await sendPatched({ path, size, patch, type: 'application/vnd.efi-img' }, req, res)
      ended.set(req.headers.range ?? req.method, isEnd)
    })
    server = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
  })
  afterAll(async () => {
    server.close()
    await rm(folder, { recursive: true })
  })
  const ask = (init: RequestInit = {}) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, init)

  it('to HEAD is the exact length, the type of a disk image, and nothing to keep it by', async () => {
    const { headers, status } = await ask({ method: 'HEAD' })
    expect([status, headers.get('content-length'), headers.get('content-type')]).toEqual([
      ...[200, String(size), 'application/vnd.efi-img'],
    ])
    expect([headers.get('cache-control'), headers.get('etag'), headers.get('last-modified')]).toEqual([
      ...['no-store', null, null],
    ])
  })

  it('to GET is the patched file, whole, with its length stated', async () => {
    const answer = await ask()
    expect(answer.headers.get('content-length')).toBe(String(size))
    expect(expected.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true)
    await expect.poll(() => ended.get('GET')).toBe(true)
  })

  test.each([
    ['before the patch', 0, 1000],
    ['into the patch', patch.offset - 10, patch.offset + 10],
    ['within the patch', patch.offset + 100, patch.offset + 200],
    ['across the part’s end', 512 * 1024 - 1, 512 * 1024],
    ['out of the patch', patch.offset + 8190, patch.offset + 8300],
    ['around the patch', 1, size - 2],
    ['to the end', size - 5, size - 1],
  ])('to a range %s is that range of the whole', async (_title, start, end) => {
    const answer = await ask({ headers: { range: `bytes=${start}-${end}` } })
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/${size}`])
    expect(expected.subarray(start, end + 1).equals(Buffer.from(await answer.arrayBuffer()))).toBe(true)
    await expect.poll(() => ended.get(`bytes=${start}-${end}`)).toBe(end === size - 1)
  })
})
