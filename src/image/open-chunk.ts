import { promisify } from 'node:util'
import { constants, type ZstdOptions, zstdDecompress } from 'node:zlib'
import { asyncSha256 } from '../core/async-sha256.ts'
import { AppError } from '../core/errors.ts'
import type { Chunk } from './manifest.ts'

const decompress = promisify<Uint8Array, ZstdOptions, Buffer>(zstdDecompress)
/** The largest chunk is 4 MiB (2^22), so no honest frame needs a larger window. */
const OPTIONS = { params: { [constants.ZSTD_d_windowLogMax]: 22 } }

/** Judges stored bytes on Node's thread pool. Throws image.body_truncated, image.chunk_corrupt. */
export async function judgeStored(
  stored: Uint8Array<ArrayBuffer>,
  { digest, length }: Omit<Chunk, 'raw'>,
): Promise<void> {
  if (stored.length !== length) {
    const code = stored.length < length ? 'image.body_truncated' : 'image.chunk_corrupt'
    throw new AppError(code, `chunk ${digest}: expected ${length} stored bytes, got ${stored.length}`, { digest })
  }
  const got = await asyncSha256(stored)
  if (got !== digest) throw corrupt(digest, 'its own digest', got)
}

/**
 * The raw bytes of a stored chunk, as `decompressChunk` gives them, but on Node's thread pool: several at once use several
 * cores. Throws image.body_truncated, image.chunk_corrupt.
 */
export async function openChunk(stored: Uint8Array<ArrayBuffer>, chunk: Chunk, rawLength: number): Promise<Uint8Array> {
  await judgeStored(stored, chunk)
  const raw = await decompress(stored, { ...OPTIONS, maxOutputLength: Math.max(rawLength, 1) }).catch((error) => {
    throw corrupt(chunk.digest, `a zstd frame of ${rawLength} bytes`, String(error), error)
  })
  if (raw.length !== rawLength) throw corrupt(chunk.digest, `${rawLength} raw bytes`, String(raw.length))
  const got = await asyncSha256(new Uint8Array(raw.buffer as ArrayBuffer, raw.byteOffset, raw.length))
  if (got !== chunk.raw) throw corrupt(chunk.digest, `raw digest ${chunk.raw}`, got)
  return raw
}

function corrupt(digest: string, expected: string, got: string, cause?: unknown): AppError {
  const message = `chunk ${digest}: expected ${expected}, got ${got}`
  return new AppError('image.chunk_corrupt', message, { digest }, cause)
}
