import { open } from 'node:fs/promises'
import { inParallel } from '../../core/in-parallel.ts'
import { chunkRange, type Manifest } from '../../image/manifest.ts'
import { openChunk } from '../../image/open-chunk.ts'
import { type Blobs, contentKey, readBlob } from '../blobs/blobs.ts'
import type { Progress } from '../import/cutter.ts'

/** More than the thread pool has, so that reading, judging and writing go on beside one another. */
const CHUNKS_AT_ONCE = 8

/** Hears the bytes of the disk in their order; null stands for `length` zeros. */
export type HearInOrder = (bytes: Uint8Array | null, length: number) => void

/** Writes a version's raw disk to a new sparse file; every chunk is judged first. Throws image.chunk_missing, image.chunk_corrupt. */
export async function writeDisk(
  blobs: Blobs,
  manifest: Manifest,
  path: string,
  onProgress: Progress = () => {},
  hear?: HearInOrder,
): Promise<void> {
  const file = await open(path, 'wx')
  const inTurn = createTurns()
  try {
    await file.truncate(manifest.size)
    let done = 0
    await inParallel(manifest.chunks, CHUNKS_AT_ONCE, (chunk, index) =>
      inTurn(async (myTurn) => {
        const { offset, length } = chunkRange(manifest, index)
        const stored = chunk && (await readBlob(blobs, contentKey(chunk.digest), chunk.length + 1))
        const raw = stored && (await openChunk(stored, chunk, length))
        if (raw) await file.write(raw, 0, length, offset)
        if (hear) await myTurn
        hear?.(raw, length)
        done += length
        onProgress(done, manifest.size)
      }),
    )
  } finally {
    await file.close()
  }
}

/** Tasks that run beside one another, each of which may wait until all that were started before it are over. */
function createTurns(): (task: (myTurn: Promise<unknown>) => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const running = task(last)
    last = Promise.allSettled([last, running])
    return running
  }
}
