import { createHash } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { AppError } from '../core/errors.ts'

/** What a manifest says of a stored chunk, see manifest.ts. */
export type ChunkFacts = { digest: string; length: number; raw: string }

/** 6 would be 5 % smaller and take three times as long, see docs/decisions/0002-chunk-size.md. */
const LEVEL = 3
/** The largest chunk is 4 MiB (2^22), so no honest frame needs a larger window. */
const WINDOW_LOG_MAX = 22

/** True when all bytes are zero: such a chunk is a hole and is not stored. */
export function isHole(raw: Uint8Array): boolean {
  if (raw.length === 0 || raw[0] !== 0) return raw.length === 0
  // Every byte equals the next one and the first is zero: one memcmp instead of a loop.
  return Buffer.compare(raw.subarray(0, -1), raw.subarray(1)) === 0
}

/** Most bytes that `rawLength` bytes may take when stored (ZSTD_compressBound, RFC 8878 block overhead). */
export const storedBound = (rawLength: number): number => rawLength + (rawLength >> 8) + 512

/** SHA-256 of bytes as 64 lower-case hex digits. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** One zstd frame (RFC 8878) that states its content size. */
export function compressChunk(raw: Uint8Array): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_windowLog]: WINDOW_LOG_MAX - 1 }
  return zstdCompressSync(raw, { params, pledgedSrcSize: raw.length })
}

/**
 * The raw bytes of a stored chunk after length, both digests and `rawLength` (bytes) agreed; never holds more than `rawLength`.
 * Throws image.body_truncated (fewer stored bytes than stated), image.chunk_corrupt.
 */
export function decompressChunk(stored: Uint8Array, facts: ChunkFacts, rawLength: number): Uint8Array {
  checkStored(stored, facts)
  const raw = inflate(stored, facts, rawLength)
  if (raw.length !== rawLength) throw corrupt(facts, `${rawLength} raw bytes`, String(raw.length))
  const digest = digestOf(raw)
  if (digest !== facts.raw) throw corrupt(facts, `raw digest ${facts.raw}`, digest)
  return raw
}

/** Judges stored bytes without decompressing them. Throws image.body_truncated, image.chunk_corrupt. */
export function checkStored(stored: Uint8Array, facts: Pick<ChunkFacts, 'digest' | 'length'>): void {
  if (stored.length < facts.length) {
    const message = `chunk ${facts.digest}: expected ${facts.length} stored bytes, got ${stored.length}`
    throw new AppError('image.body_truncated', message, { digest: facts.digest })
  }
  if (stored.length > facts.length) throw corrupt(facts, `${facts.length} stored bytes`, String(stored.length))
  const digest = digestOf(stored)
  if (digest !== facts.digest) throw corrupt(facts, 'its own digest', digest)
}

function inflate(stored: Uint8Array, facts: ChunkFacts, rawLength: number): Uint8Array {
  try {
    const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX }
    return zstdDecompressSync(stored, { maxOutputLength: Math.max(rawLength, 1), params })
  } catch (error) {
    throw corrupt(
      facts,
      `a zstd frame of ${rawLength} bytes`,
      error instanceof Error ? error.message : String(error),
      error,
    )
  }
}

function corrupt(facts: { digest: string }, expected: string, got: string, cause?: unknown): AppError {
  const message = `chunk ${facts.digest}: expected ${expected}, got ${got}`
  return new AppError('image.chunk_corrupt', message, { digest: facts.digest }, cause)
}
