import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, test } from 'vitest'
import { createChunkSource } from '../../src/agent/chunk-source.ts'

const CHUNK = Buffer.from('a chunk of an image '.repeat(500))
const DIGEST = createHash('sha256').update(CHUNK).digest('hex')
type Fault = 'none' | 'short' | 'flipped' | 'long' | 'cut' | '404' | '503'

let server: Server
let faults: Fault[]
let asked: number
beforeEach(async () => {
  asked = 0
  faults = []
  server = createServer((_req, res) => {
    const fault = faults[asked++] ?? 'none'
    if (fault === '503' || fault === '404') return void res.writeHead(Number(fault)).end()
    if (fault === 'cut')
      return void res
        .writeHead(200, { 'content-length': CHUNK.length })
        .write(CHUNK.subarray(0, 100), () => res.destroy())
    const bytes = {
      short: CHUNK.subarray(0, -1),
      long: Buffer.concat([CHUNK, CHUNK]),
      flipped: Buffer.from(CHUNK).fill(0, 5, 6),
      none: CHUNK,
    }[fault]
    res.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.close()
  server.closeAllConnections()
})
const source = (why: string[] = []) =>
  createChunkSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 2, (reason) => why.push(reason), {
    tries: 3,
    outageMilliseconds: 5000,
    pauseMilliseconds: 1,
  })

test.each<Fault>(['short', 'flipped', 'long', 'cut', '404', '503'])(
  'a %s answer is fetched again, counted and told',
  async (fault) => {
    faults = [fault, fault]
    const why: string[] = []
    const chunks = source(why)
    expect((await chunks.fetch(DIGEST, CHUNK.length)).equals(CHUNK)).toBe(true)
    expect([chunks.retries, asked, why.length]).toEqual([2, 3, 2])
    chunks.close()
  },
)

test.each<[Fault, object]>([
  ['short', { code: 'image.body_truncated' }],
  ['flipped', { code: 'image.chunk_corrupt' }],
  ['cut', { code: 'image.body_truncated' }],
  ['404', { code: 'image.chunk_missing' }],
])('a %s answer that stays ends with its code', async (fault, error) => {
  faults = [fault, fault, fault]
  const chunks = source()
  await expect(chunks.fetch(DIGEST, CHUNK.length)).rejects.toMatchObject(error)
  chunks.close()
})

it('names expected and got', async () => {
  faults = ['short', 'short', 'short']
  await expect(source().fetch(DIGEST, CHUNK.length)).rejects.toThrow(
    `expected ${CHUNK.length} bytes, got ${CHUNK.length - 1}`,
  )
})

it('waits for an appliance that answers 5xx, longer than it bears wrong answers', async () => {
  faults = Array.from({ length: 8 }, () => '503' as const)
  const chunks = source()
  expect((await chunks.fetch(DIGEST, CHUNK.length)).equals(CHUNK)).toBe(true)
  expect(chunks.retries).toBe(8)
  chunks.close()
})

it('gives up on wrong answers although it would wait for an absent appliance', async () => {
  faults = Array.from({ length: 50 }, () => 'flipped' as const)
  const chunks = source()
  await expect(chunks.fetch(DIGEST, CHUNK.length)).rejects.toMatchObject({ code: 'image.chunk_corrupt' })
  expect(asked).toBe(3)
  chunks.close()
})

it('waits for an appliance that is away, far longer than it bears wrong answers', async () => {
  const { port } = server.address() as AddressInfo
  const why: string[] = []
  const chunks = source(why)
  await new Promise((resolve) => server.close(resolve))
  const fetched = chunks.fetch(DIGEST, CHUNK.length)
  await expect.poll(() => why.length).toBeGreaterThan(3)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  expect((await fetched).equals(CHUNK)).toBe(true)
  expect(why[0]).toContain('ECONNREFUSED')
  chunks.close()
})
