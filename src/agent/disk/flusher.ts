import type { TargetDisk } from './target-disk.ts'

const LEAST_BYTES = 1 << 20
const MOST_BYTES = 64 << 20
const FLUSHES_AN_IMAGE = 64

/** Makes writes durable every so often; one flush at a time, writers go on meanwhile. */
export type Flusher = { wrote(bytes: number): Promise<void> }

/**
 * How many bytes of an image of `imageBytes` may be written and not durable: what a loss of power costs, besides what is
 * in flight, is a small part of any image, and a large one is not slowed by flushes.
 */
export const flushInterval = (imageBytes: number): number =>
  Math.min(MOST_BYTES, Math.max(LEAST_BYTES, Math.round(imageBytes / FLUSHES_AN_IMAGE)))

/** Counts what is written to `disk`. `wrote` waits for the flush that is due, and throws what that threw. */
export function createFlusher(disk: Pick<TargetDisk, 'flush'>, most: number): Flusher {
  let [unflushed, flushing] = [0, undefined as Promise<void> | undefined]
  return {
    wrote: async (bytes) => {
      unflushed += bytes
      if (unflushed < most) return
      await flushing
      if (unflushed < most) return
      unflushed = 0
      flushing = disk.flush()
      await flushing
    },
  }
}
