import { zstdCompressSync } from 'node:zlib'
import { expect, it, test } from 'vitest'
import { hasCode } from '../../src/core/errors.ts'
import {
  checkStored,
  compressChunk,
  decompressChunk,
  digestOf,
  isHole,
  storedBound,
} from '../../src/image/chunk-codec.ts'
import { noise, seededRandom } from './manifest-sample.ts'

const SIZE = 65_536
const raw = Buffer.from('slipway '.repeat(SIZE / 8))
const stored = compressChunk(raw)
const factsOf = (bytes: Uint8Array, of: Uint8Array = raw) => ({
  digest: digestOf(bytes),
  length: bytes.length,
  raw: digestOf(of),
})
const facts = factsOf(stored)

test.each([
  ['zeros', Buffer.alloc(SIZE), true],
  ['one zero', Buffer.alloc(1), true],
  ['nothing', Buffer.alloc(0), true],
  ['a one', Buffer.of(1), false],
  ['a one at the start', Buffer.concat([Buffer.of(1), Buffer.alloc(SIZE)]), false],
  ['a one at the end', Buffer.concat([Buffer.alloc(SIZE), Buffer.of(1)]), false],
  ['a one in the middle', Buffer.concat([Buffer.alloc(99), Buffer.of(1), Buffer.alloc(99)]), false],
])('sees whether %s is a hole', (_, bytes, expected) => expect(isHole(bytes)).toBe(expected))

it('gives back what it compressed', () => {
  expect(Buffer.from(decompressChunk(stored, facts, SIZE))).toEqual(raw)
  expect(stored.length).toBeLessThan(SIZE / 10)
})

it('makes the same bytes of the same chunk', () => expect(compressChunk(raw)).toEqual(stored))

test.each([512, SIZE, 512 * 1024, 4 * 1024 * 1024])('keeps %i bytes of noise inside the bound', (length) => {
  const bytes = noise(length, length)
  const packed = compressChunk(bytes)
  expect(packed.length).toBeLessThanOrEqual(storedBound(length))
  expect(Buffer.from(decompressChunk(packed, factsOf(packed, bytes), length)).equals(bytes)).toBe(true)
})

test.each([
  ['a cut body', stored.subarray(0, -1), facts, 'image.body_truncated', `expected ${stored.length} stored bytes`],
  ['a longer body', Buffer.concat([stored, Buffer.of(0)]), facts, 'image.chunk_corrupt', 'stored bytes, got'],
  ['another body', Buffer.alloc(stored.length), facts, 'image.chunk_corrupt', 'expected its own digest'],
  ['a raw digest of other bytes', stored, { ...facts, raw: '0'.repeat(64) }, 'image.chunk_corrupt', 'raw digest'],
])('refuses %s', (_, bytes, stated, code, message) => {
  expect(() => decompressChunk(bytes, stated, SIZE)).toThrow(expect.objectContaining({ code }))
  expect(() => decompressChunk(bytes, stated, SIZE)).toThrow(message)
})

test.each([
  ['more than the chunk', zstdCompressSync(Buffer.alloc(64 * 1024 * 1024))],
  ['one byte more than the chunk', zstdCompressSync(Buffer.alloc(SIZE + 1))],
  ['less than the chunk', zstdCompressSync(raw.subarray(1))],
  ['a chunk and another', Buffer.concat([stored, zstdCompressSync(Buffer.from('x'))])],
  ['no zstd at all', Buffer.from('PK plain bytes')],
])('refuses an honest digest over %s as image.chunk_corrupt', (_, bytes) => {
  const stated = { ...factsOf(bytes), raw: digestOf(raw) }
  expect(() => decompressChunk(bytes, stated, SIZE)).toThrow(expect.objectContaining({ code: 'image.chunk_corrupt' }))
})

it('never accepts a chunk with flipped bits', () => {
  const random = seededRandom(7)
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.from(stored)
    const at = Math.floor(random() * bytes.length)
    bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8))
    expect(() => checkStored(bytes, facts)).toThrow(expect.objectContaining({ code: 'image.chunk_corrupt' }))
    // The decoder itself must also survive what a liar signs.
    try {
      decompressChunk(bytes, { ...factsOf(bytes), raw: facts.raw }, SIZE)
      expect.unreachable('a changed frame gave the same bytes')
    } catch (error) {
      if (!hasCode(error, 'image.chunk_corrupt') && !String(error).includes('changed frame')) throw error
    }
  }
})
