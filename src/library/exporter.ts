import { open } from 'node:fs/promises'
import { decompressChunk } from '../image/chunk-codec.ts'
import { chunkRange, type Manifest } from '../image/manifest.ts'
import { type Blobs, contentKey, readBlob } from './blobs/blobs.ts'
import type { Progress } from './import/cutter.ts'

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
    for (const [index, chunk] of manifest.chunks.entries()) {
      const { offset, length } = chunkRange(manifest, index)
      if (chunk) {
        const stored = await readBlob(blobs, contentKey(chunk.digest), chunk.length + 1)
        await file.write(decompressChunk(stored, chunk, length), 0, length, offset)
      }
      onProgress(offset + length, manifest.size)
    }
  } finally {
    await file.close()
  }
}
