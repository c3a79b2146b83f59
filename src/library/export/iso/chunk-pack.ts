import { open } from 'node:fs/promises'
import { inParallel } from '../../../core/in-parallel.ts'
import type { Manifest } from '../../../image/manifest.ts'
import { packPlaces } from '../../../image/medium.ts'
import { judgeStored } from '../../../image/open-chunk.ts'
import { type Blobs, contentKey, readBlob } from '../../blobs/blobs.ts'

const CHUNKS_AT_ONCE = 8

/** Writes all stored chunks of a disk as one new file, each judged first. Throws image.chunk_missing, image.chunk_corrupt. */
export async function writeChunkPack(
  blobs: Blobs,
  manifest: Manifest,
  path: string,
  onShare: (share: number) => void,
): Promise<void> {
  const { places, bytes } = packPlaces(manifest)
  const file = await open(path, 'wx')
  let done = 0
  try {
    await inParallel([...places], CHUNKS_AT_ONCE, async ([digest, { offset, length }]) => {
      const stored = await readBlob(blobs, contentKey(digest), length + 1)
      await judgeStored(stored, { digest, length })
      await file.write(stored, 0, length, offset)
      done += length
      onShare(done / bytes)
    })
  } finally {
    await file.close()
  }
}
