import type { Chunk, Manifest } from '../../image/manifest.ts'
import type { ChunkSource } from '../chunk-source.ts'
import { unpackChunk } from './unpack-chunk.ts'

/** A chunk to be done: its place in the manifest, and the bytes of the raw disk that it covers. */
export type ChunkJob = { index: number; chunk: Chunk; offset: number; length: number }

/** The raw bytes of a chunk, verified; `stored` as the library keeps them, where they came so. */
export type ChunkBytes = { raw: Uint8Array; stored?: Uint8Array }

/** Says which chunk is next, and brings its bytes. */
export type ChunkSupply = {
  /** Undefined when every chunk was given out. Waits while another one is worth waiting for. */
  next(): Promise<ChunkJob | undefined>
  /** Throws when nobody has the chunk as the manifest says. */
  fetch(job: ChunkJob): Promise<ChunkBytes>
  /** The disk holds the chunk now. */
  holds(job: ChunkJob, bytes?: ChunkBytes): void
  /** What was fetched so far: from the appliance and from peers in bytes, and how often again. */
  readonly fetched: { bytes: number; peerBytes: number; retries: number }
}

/** Every chunk that has bytes, in the order of the disk. */
export const jobsOf = ({ chunks, chunkSize, size }: Pick<Manifest, 'chunks' | 'chunkSize' | 'size'>): ChunkJob[] =>
  chunks.flatMap((chunk, index) => {
    const offset = index * chunkSize
    return chunk ? [{ index, chunk, offset, length: Math.min(chunkSize, size - offset) }] : []
  })

/** The chunks in the order of the disk, all from one source. */
export function supplyInOrder(jobs: readonly ChunkJob[], source: ChunkSource): ChunkSupply {
  let [next, bytes] = [0, 0]
  return {
    next: async () => jobs[next++],
    fetch: async ({ chunk, length }) => {
      const stored = await source.fetch(chunk.digest, chunk.length)
      bytes += stored.length
      return { raw: await unpackChunk(stored, chunk.digest, length), stored }
    },
    holds: () => {},
    get fetched() {
      return { bytes, peerBytes: 0, retries: source.retries }
    },
  }
}
