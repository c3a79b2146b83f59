import { open } from 'node:fs/promises'
import { inParallel } from '../core/in-parallel.ts'
import { chunkRange, type Manifest } from '../image/manifest.ts'
import { openChunk } from '../image/open-chunk.ts'
import { type Blobs, contentKey, readBlob } from './blobs/blobs.ts'
import type { Progress } from './import/cutter.ts'

/** More than the thread pool has, so that reading, judging and writing go on beside one another. */
const CHUNKS_AT_ONCE = 8

/** Writes a version's raw disk to a new sparse file; every chunk is judged first. Throws image.chunk_missing, image.chunk_corrupt. */
export async function writeDisk(
  blobs: Blobs,
  manifest: Manifest,
  path: string,
  onProgress: Progress = () => {},
): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.truncate(manifest.size)
    let done = 0
    await inParallel(manifest.chunks, CHUNKS_AT_ONCE, async (chunk, index) => {
      const { offset, length } = chunkRange(manifest, index)
      if (chunk) {
        const stored = await readBlob(blobs, contentKey(chunk.digest), chunk.length + 1)
        await file.write(await openChunk(stored, chunk, length), 0, length, offset)
      }
      done += length
      onProgress(done, manifest.size)
    })
  } finally {
    await file.close()
  }
}
