import { AppError } from '../../core/errors.ts'
import { type Chunk, chunkRange, type Manifest } from '../../image/manifest.ts'
import { type Blobs, contentKey } from '../blobs/blobs.ts'
import { createExtentWalk, dataExtents } from './disk-extents.ts'
import { createPackPool, type PackAnswer, type PackPool } from './pack-pool.ts'

/** Bytes of the raw disk done and in all. */
export type Progress = (bytes: number, total: number) => void

/** A raw disk file to cut. `known`: chunks that the library should have, by the digest of their raw bytes. */
export type CutOrder = {
  file: string
  size: number
  chunkSize: number
  known: ReadonlyMap<string, Chunk>
  signal?: AbortSignal | undefined
}

/** Chunks that are being made durable at once: the file system commits those of one moment together. */
const STORED_AT_ONCE = 16

/** Cuts a disk on every core and stores what `blobs` lacks; each chunk is durable when this returns. Throws image.body_truncated. */
export async function cutDisk(blobs: Blobs, order: CutOrder, onProgress: Progress): Promise<Manifest['chunks']> {
  const touches = createExtentWalk(await dataExtents(order.file, order.size, order.signal))
  const chunks = new Array<Chunk | null>(Math.ceil(order.size / order.chunkSize)).fill(null)
  const pool = createPackPool({ file: order.file, known: order.known })
  let next = 0
  let done = 0
  const runner = async (): Promise<void> => {
    while (next < chunks.length) {
      order.signal?.throwIfAborted()
      const index = next++
      const { offset, length } = chunkRange(order, index)
      if (touches(offset, length)) chunks[index] = await storeChunk(blobs, pool, index, offset, length)
      done += length
      onProgress(done, order.size)
    }
  }
  try {
    // Many more than workers, so that no worker ever waits for a disk that is making chunks durable.
    await Promise.all(Array.from({ length: pool.size + STORED_AT_ONCE }, runner))
    return chunks
  } finally {
    next = chunks.length
    await pool.close()
  }
}

async function storeChunk(
  blobs: Blobs,
  pool: PackPool,
  index: number,
  offset: number,
  length: number,
): Promise<Chunk | null> {
  const answer = await pool.pack({ index, offset, length, useKnown: true })
  if (answer.kind !== 'known') return keep(blobs, answer)
  const present = await blobs.has(contentKey(answer.chunk.digest))
  if (present === answer.chunk.length) return answer.chunk
  return keep(blobs, await pool.pack({ index, offset, length, useKnown: false }))
}

async function keep(blobs: Blobs, answer: PackAnswer): Promise<Chunk | null> {
  if (answer.kind === 'short') {
    throw new AppError('image.body_truncated', `expected chunk ${answer.index} whole, got ${answer.got} bytes of it`)
  }
  if (answer.kind === 'bytes') await blobs.put(contentKey(answer.chunk.digest), answer.stored)
  return answer.kind === 'hole' ? null : answer.chunk
}
