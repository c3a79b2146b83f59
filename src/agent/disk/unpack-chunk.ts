import { promisify } from 'node:util'
import { constants, zstdDecompress } from 'node:zlib'
import { AppError } from '../../core/errors.ts'

const unpack = promisify(zstdDecompress)
/** Chunks are at most 4 MiB, so no honest frame needs a larger window. */
const WINDOW_LOG_MAX = 22

/** The raw bytes of a verified stored chunk, unpacked on the thread pool and never more than `rawLength`. Throws image.chunk_corrupt. */
export async function unpackChunk(stored: Uint8Array, digest: string, rawLength: number): Promise<Uint8Array> {
  const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX }
  const raw = await unpack(stored, { maxOutputLength: rawLength, params, chunkSize: rawLength }).catch(
    (cause: unknown) => {
      throw new AppError(
        'image.chunk_corrupt',
        `chunk ${digest}: expected a zstd frame of ${rawLength} bytes: ${cause}`,
        {},
        cause,
      )
    },
  )
  if (raw.length === rawLength) return raw
  throw new AppError('image.chunk_corrupt', `chunk ${digest}: expected ${rawLength} raw bytes, got ${raw.length}`)
}
