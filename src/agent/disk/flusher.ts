import type { TargetDisk } from './target-disk.ts'

/** What a loss of power may cost at most, besides what is in flight: bytes that were written and are not durable yet. */
const MOST_UNFLUSHED_BYTES = 4 << 20

/** Makes writes durable every few MiB; one flush at a time, writers go on meanwhile. */
export type Flusher = { wrote(bytes: number): Promise<void> }

/** Counts what is written to `disk`. `wrote` waits for the flush that is due, and throws what that threw. */
export function createFlusher(disk: Pick<TargetDisk, 'flush'>, most = MOST_UNFLUSHED_BYTES): Flusher {
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
