import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import { type Hold, type HoldWork, inTheWay, type LibraryHolds, refuseBusy } from './library-holds.ts'

/** Where holds are kept so that every process sees them. */
export type HoldStore = {
  take(hold: Hold, inTheWay: (others: readonly Hold[]) => Hold | undefined): Promise<{ id: string } | { other: Hold }>
  release(id: string): Promise<void>
  list(): Promise<Hold[]>
}

const ASK_AGAIN_MS = 200
/** A collection is short; whoever brings something in waits for it this long. */
const PATIENCE_MS = 60_000

/** Holds over a store. */
export function createStoreHolds(store: HoldStore, clock: Clock): LibraryHolds {
  const take = async (work: HoldWork, says: string): Promise<string> => {
    for (let waited = 0; ; waited += ASK_AGAIN_MS) {
      const got = await store.take({ work, says, since: clock.now() }, (others) => inTheWay(work, others))
      if ('id' in got) return got.id
      if (work === 'collect' || waited >= PATIENCE_MS) refuseBusy(work, got.other)
      await delay(ASK_AGAIN_MS)
    }
  }
  return {
    during: async (work, says, task) => {
      const id = await take(work, says)
      try {
        return await task()
      } finally {
        await store.release(id)
      }
    },
    list: () => store.list(),
  }
}
