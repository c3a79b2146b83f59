import type { Readable } from 'node:stream'

/** Chunks that are kept in memory, shared by all who read them. */
export type ChunkCache = {
  /** A chunk's bytes when they are here: no wait. */
  peek(digest: string): Buffer | undefined
  /**
   * The bytes of a chunk; undefined, and nothing kept, when it has more than `mostChunkBytes`, or when answers on their
   * way to slow readers hold too many others. Throws what `open` throws.
   */
  read(digest: string): Promise<Buffer | undefined>
  /** Counts bytes that an answer holds, until the function that it returns is called. */
  use(bytes: Buffer): () => void
  /** Bytes held now. */
  held(): number
}

export type OpenChunk = (digest: string) => Promise<{ size: number; stream: Readable }>

/**
 * What is kept in all, and of one blob: chunks have at most a few MiB, other blobs of the library may have gigabytes. What
 * answers may hold until no chunk is read for another, whether it is kept or not.
 */
export type ChunkCacheLimits = { mostBytes: number; mostChunkBytes: number; mostInUse: number }

export const CHUNK_CACHE_LIMITS: ChunkCacheLimits = {
  mostBytes: 64 << 20,
  mostChunkBytes: 4 << 20,
  mostInUse: 128 << 20,
}

/** Keeps the chunks that were read last; those who ask for the same chunk at once cause one read. */
export function createChunkCache(open: OpenChunk, limits: ChunkCacheLimits = CHUNK_CACHE_LIMITS): ChunkCache {
  const kept = new Map<string, Buffer>()
  const reading = new Map<string, Promise<Buffer | undefined>>()
  const uses = new Map<Buffer, number>()
  let held = 0
  let inUse = 0

  const peek = (digest: string): Buffer | undefined => {
    const bytes = kept.get(digest)
    if (!bytes) return undefined
    // A map keeps the order in which keys came: the first is the one that was used longest ago.
    kept.delete(digest)
    kept.set(digest, bytes)
    return bytes
  }
  const keep = (digest: string, bytes: Buffer): void => {
    kept.set(digest, bytes)
    held += bytes.length
    for (const [oldest, { length }] of kept) {
      if (held <= limits.mostBytes) break
      kept.delete(oldest)
      held -= length
    }
  }
  const load = async (digest: string): Promise<Buffer | undefined> => {
    const { size, stream } = await open(digest)
    if (size > limits.mostChunkBytes || inUse + size > limits.mostInUse) {
      stream.destroy()
      return undefined
    }
    // Counted from now on: many may read at once.
    inUse += size
    try {
      const bytes = await readAll(stream, size)
      keep(digest, bytes)
      return bytes
    } finally {
      inUse -= size
    }
  }
  const use = (bytes: Buffer): (() => void) => {
    const count = uses.get(bytes) ?? 0
    uses.set(bytes, count + 1)
    if (count === 0) inUse += bytes.length
    return () => {
      const left = uses.get(bytes)! - 1
      if (left > 0) return void uses.set(bytes, left)
      uses.delete(bytes)
      inUse -= bytes.length
    }
  }
  return {
    peek,
    use,
    held: () => held,
    read: (digest) => {
      const bytes = peek(digest)
      if (bytes) return Promise.resolve(bytes)
      const running = reading.get(digest) ?? load(digest).finally(() => reading.delete(digest))
      reading.set(digest, running)
      return running
    },
  }
}

/** Copied into one buffer of its own: a piece of a stream may be a small part of a large buffer. */
async function readAll(stream: Readable, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = 0
  for await (const part of stream) at += (part as Buffer).copy(bytes, at)
  if (at !== size) throw new Error(`expected ${size} bytes of a chunk, got ${at}`)
  return bytes
}
