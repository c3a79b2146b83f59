import { createHash } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { ChunkSource } from '../../../src/agent/chunk-source.ts'
import { jobsOf, supplyInOrder } from '../../../src/agent/disk/chunk-supply.ts'
import type { TargetDisk } from '../../../src/agent/disk/target-disk.ts'
import { writeImage } from '../../../src/agent/disk/write-image.ts'
import { createProgressMeter } from '../../../src/agent/progress-meter.ts'
import type { Manifest } from '../../../src/image/manifest.ts'

const CHUNK = 4096
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const raw = [1, 2, 3].map((byte) => Buffer.alloc(CHUNK, byte))
const stored = raw.map((bytes) => zstdCompressSync(bytes))
const entry = (bytes: Buffer, packed: Buffer) => ({ digest: sha256(packed), length: packed.length, raw: sha256(bytes) })
const manifest = {
  chunkSize: CHUNK,
  size: 4 * CHUNK,
  chunks: [...raw.map((bytes, at) => entry(bytes, stored[at]!)), null],
} as Manifest

let flushes = 0
/** A disk in memory; a place in `bad` can be read only after it was written. */
function diskOf(bytes: Buffer, bad = new Set<number>()): TargetDisk {
  return {
    path: 'memory',
    write: async (from, offset) => {
      bytes.set(from, offset)
      bad.delete(offset)
    },
    zero: async (offset, length) => void bytes.fill(0, offset, offset + length),
    flush: async () => {
      flushes += 1
    },
    settle: async () => {},
    read: async (into, offset) => {
      if (bad.has(offset)) throw new Error('EIO')
      bytes.copy(into, 0, offset, offset + into.length)
    },
    close: async () => {},
  }
}
async function write(disk: TargetDisk) {
  const fetched: string[] = []
  const fetch = async (digest: string) => {
    fetched.push(digest)
    return Buffer.from(stored.find((one) => sha256(one) === digest)!)
  }
  const source = { fetch, retries: 0, close: () => {} } as ChunkSource
  const meter = createProgressMeter({ now: () => 0 })
  return {
    report: await writeImage(manifest, disk, 4 * CHUNK, async () => supplyInOrder(jobsOf(manifest), source), meter),
    fetched: fetched.length,
  }
}

it.each([
  ['blank', Buffer.alloc(4 * CHUNK), 3],
  ['full of something else', Buffer.alloc(4 * CHUNK, 9), 3],
  ['that holds the image already', Buffer.concat([...raw, Buffer.alloc(CHUNK, 9)]), 0],
  ['with one chunk of it in another’s place', Buffer.concat([raw[1]!, raw[1]!, raw[2]!, raw[0]!]), 1],
])('a disk %s ends up as the image, with no more fetched than differs', async (_title, bytes, fetches) => {
  const { report, fetched } = await write(diskOf(bytes))
  expect(bytes.equals(Buffer.concat([...raw, Buffer.alloc(CHUNK)]))).toBe(true)
  expect([fetched, report.kept, report.chunks, report.holes]).toEqual([fetches, 3 - fetches, 3, 1])
})

it('makes an image of several flush intervals durable while it is written', async () => {
  const before = flushes
  const [size, places] = [1 << 20, [1, 2, 3].map((byte) => Buffer.alloc(1 << 20, byte))]
  const packed = places.map((bytes) => zstdCompressSync(bytes))
  const large = {
    chunkSize: size,
    size: 3 * size,
    chunks: places.map((bytes, at) => entry(bytes, packed[at]!)),
  } as Manifest
  const source = {
    ...{ retries: 0, close: () => {} },
    fetch: async (digest: string) => Buffer.from(packed.find((one) => sha256(one) === digest)!),
  } as ChunkSource
  const meter = createProgressMeter({ now: () => 0 })
  const openSupply = async () => supplyInOrder(jobsOf(large), source)
  await writeImage(large, diskOf(Buffer.alloc(3 * size)), 3 * size, openSupply, meter)
  expect(flushes - before).toBeGreaterThan(0)
})

it('a sector that can not be read is written, not given up', async () => {
  const bytes = Buffer.concat([...raw, Buffer.alloc(CHUNK)])
  const bad = new Set([CHUNK])
  expect((await write(diskOf(bytes, bad))).report).toMatchObject({ kept: 2 })
  expect(bad.size).toBe(0)
})
