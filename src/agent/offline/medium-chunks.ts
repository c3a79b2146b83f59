import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import type { Manifest } from '../../image/manifest.ts'
import { packPlaces } from '../../image/medium.ts'
import { judgeStored } from '../../image/open-chunk.ts'
import type { ChunkSource } from '../chunk-source.ts'

/** A drive may read a scratched place at the second or third try. */
const TRIES = 3

/** The chunks in a medium's pack, each judged when it is read. Throws image.chunk_corrupt, image.body_truncated, image.chunk_missing. */
export async function openMediumChunks(
  path: string,
  manifest: Manifest,
  onRetry: (why: string) => void,
): Promise<ChunkSource> {
  const file = await open(path, 'r')
  const { places } = packPlaces(manifest)
  let retries = 0
  return {
    get retries() {
      return retries
    },
    fetch: async (digest) => {
      const place = places.get(digest)
      if (!place) throw new AppError('image.chunk_missing', `expected a chunk of the manifest, got ${digest}`)
      for (let tries = 1; ; tries += 1) {
        try {
          const stored = await readWhole(file, place.offset, place.length)
          await judgeStored(stored, { digest, length: place.length })
          return stored
        } catch (error) {
          if (tries === TRIES) throw error
          retries += 1
          onRetry(String(error))
        }
      }
    },
    close: () => void file.close(),
  }
}

async function readWhole(file: FileHandle, offset: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(length))
  let got = 0
  while (got < length) {
    const { bytesRead } = await file.read(bytes, got, length - got, offset + got)
    if (bytesRead === 0) break
    got += bytesRead
  }
  return bytes.subarray(0, got)
}
