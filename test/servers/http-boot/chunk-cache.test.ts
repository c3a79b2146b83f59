import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { createChunkCache } from '../../../src/servers/http-boot/chunk-cache.ts'

/** A cache over chunks whose digest is their size, in parts of 10 bytes; `opened` lists what was read. */
function openCache(mostBytes: number, mostChunkBytes = 100, mostInUse = 10_000) {
  const opened: string[] = []
  const streams: Readable[] = []
  const cache = createChunkCache(
    async (digest) => {
      opened.push(digest)
      const bytes = Buffer.alloc(Number(digest), digest)
      const stream = Readable.from(
        Array.from({ length: bytes.length / 10 }, (_, i) => bytes.subarray(i * 10, i * 10 + 10)),
      )
      streams.push(stream)
      return { size: bytes.length, stream }
    },
    { mostBytes, mostChunkBytes, mostInUse },
  )
  return { cache, opened, streams }
}

it('reads a chunk once for all who ask at the same time, and not again', async () => {
  const { cache, opened } = openCache(1000)
  const [one, two] = await Promise.all([cache.read('50'), cache.read('50')])
  expect(one).toBe(two)
  expect([await cache.read('50'), cache.peek('50')]).toEqual([one, one])
  expect([one?.length, opened]).toEqual([50, ['50']])
})

it('holds no more than its limit, and lets go what was used longest ago', async () => {
  const { cache, opened } = openCache(100)
  for (const digest of ['40', '50', '40', '30']) await cache.read(digest)
  expect([cache.peek('50'), cache.held()]).toEqual([undefined, 70])
  expect(cache.peek('40')).toEqual(Buffer.alloc(40, '40'))
  await cache.read('50')
  expect([cache.peek('30'), cache.held(), opened]).toEqual([undefined, 90, ['40', '50', '30', '50']])
})

it('keeps no blob that is too large for a chunk, and closes it', async () => {
  const { cache, streams } = openCache(1000, 40)
  expect(await cache.read('50')).toBeUndefined()
  expect([cache.held(), streams[0]!.destroyed]).toEqual([0, true])
})

it('keeps nothing of a chunk that is shorter than it should be, and tries again', async () => {
  let cut = true
  const open = async () => ({ size: 20, stream: Readable.from([Buffer.alloc(cut ? 10 : 20)]) })
  const cache = createChunkCache(open, { mostBytes: 100, mostChunkBytes: 100, mostInUse: 100 })
  await expect(cache.read('a')).rejects.toThrow('expected 20 bytes of a chunk, got 10')
  cut = false
  expect((await cache.read('a'))?.length).toBe(20)
})

it('reads no other chunk while answers hold too much of those before, each counted once, and does again when they are over', async () => {
  const { cache, streams } = openCache(0, 100, 100)
  const bytes = (await cache.read('50'))!
  const releases = [cache.use(bytes), cache.use(bytes)]
  expect((await cache.read('40'))?.length).toBe(40)
  const [first, second] = await Promise.all([cache.read('30'), cache.read('40')])
  expect([first?.length, second, streams.at(-1)!.destroyed]).toEqual([30, undefined, true])
  releases[0]!()
  expect(await cache.read('60')).toBeUndefined()
  releases[1]!()
  expect((await cache.read('60'))?.length).toBe(60)
})
