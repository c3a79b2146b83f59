import { expect, it, test } from 'vitest'
import { hasCode } from '../../src/core/errors.ts'
import { chunkRange, decodeManifest, encodeManifest, type Manifest, storedBytesOf } from '../../src/image/manifest.ts'
import { sampleManifest as sample, seededRandom } from './manifest-sample.ts'

const text = (manifest: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(manifest))
const chunk = sample.chunks[0]!

it('reads what it wrote, byte for byte', () => {
  const bytes = encodeManifest(sample)
  expect(decodeManifest(bytes)).toEqual(sample)
  expect(encodeManifest(decodeManifest(bytes))).toEqual(bytes)
})

it('writes the same bytes whatever the order of the fields', () => {
  const shuffled = Object.fromEntries(Object.entries(sample).reverse()) as Manifest
  expect(encodeManifest(shuffled)).toEqual(encodeManifest(sample))
})

it('knows the place of each chunk and that the last may be short', () => {
  expect([0, 1, 2].map((index) => chunkRange(sample, index))).toEqual([
    { offset: 0, length: 65_536 },
    { offset: 65_536, length: 65_536 },
    { offset: 131_072, length: 32_768 },
  ])
})

it('counts a chunk that is there twice once', () => {
  expect(storedBytesOf({ ...sample, chunks: [chunk, chunk, null] })).toBe(100)
})

test.each([
  ['another format', { format: 'slipway-image/2' }, 'format'],
  ['a name with a slash', { name: '../x' }, 'name: expected 1 to 64'],
  ['an empty version', { version: '' }, 'version'],
  ['a time without zone', { createdAt: '2026-01-02 03:04' }, 'createdAt'],
  ['a size that is no whole sector', { size: 163_841 }, 'size'],
  ['a negative size', { size: -512 }, 'size'],
  ['an endless size', { size: Number.MAX_VALUE }, 'size'],
  ['a chunk size that is no power of two', { chunkSize: 70_000 }, 'chunkSize: expected a power of two'],
  ['a chunk size above 4 MiB', { chunkSize: 8 * 1024 * 1024 }, 'chunkSize: expected a power of two'],
  ['too few chunks', { chunks: [chunk, null] }, 'expected 3 chunks for the size, got 2'],
  ['too many chunks', { chunks: [chunk, null, null, null] }, 'expected 3 chunks for the size, got 4'],
  ['a digest in capitals', { chunks: [{ ...chunk, digest: 'A'.repeat(64) }, null, null] }, 'chunks.0.digest'],
  ['a chunk without its raw digest', { chunks: [{ digest: chunk.digest, length: 1 }, null, null] }, 'chunks.0.raw'],
  ['an empty chunk', { chunks: [{ ...chunk, length: 0 }, null, null] }, 'chunks.0.length'],
  ['a chunk larger than zstd makes', { chunks: [{ ...chunk, length: 70_000 }, null, null] }, 'at most 66304 bytes'],
  ['a short last chunk with too many bytes', { chunks: [null, null, { ...chunk, length: 40_000 }] }, 'chunk 2 of at'],
  ['an unknown firmware', { boot: { ...sample.boot, firmware: ['openfirmware'] } }, 'boot.firmware.0'],
  ['a banner on port 0', { boot: { ...sample.boot, banners: [{ port: 0, expect: 'x' }] } }, 'boot.banners.0.port'],
  ['a parent that is no digest', { parent: 'debian-12' }, 'parent'],
  ['a field that the format does not have', { extra: 1 }, 'Unrecognized key: "extra"'],
])('refuses %s and says where', (_, change, message) => {
  expect(() => decodeManifest(text({ ...sample, ...change }))).toThrow(message)
  expect(() => encodeManifest({ ...sample, ...change } as Manifest)).toThrow(message)
})

test.each([
  ['nothing', new Uint8Array()],
  ['half of it', encodeManifest(sample).subarray(0, 200)],
  ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
  ['an array', text([])],
  ['null', text(null)],
])('refuses %s as image.malformed', (_, bytes) => {
  expect(() => decodeManifest(bytes)).toThrow(expect.objectContaining({ code: 'image.malformed' }))
})

it('answers noise with image.malformed and nothing else', () => {
  const good = encodeManifest(sample)
  const random = seededRandom(20260102)
  for (let round = 0; round < 2000; round++) {
    const bytes = good.slice(0, round % 3 === 0 ? Math.floor(random() * good.length) : good.length)
    for (let hit = 0; hit <= round % 4; hit++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    try {
      const manifest = decodeManifest(bytes)
      expect(manifest.chunks).toHaveLength(Math.ceil(manifest.size / manifest.chunkSize))
    } catch (error) {
      expect(hasCode(error, 'image.malformed'), String(error)).toBe(true)
    }
  }
})
