import type { ChunkJob } from '../disk/chunk-supply.ts'
import type { Peer, PeerBook } from './peer-book.ts'

/** A chunk to do, and who is to be asked for it: a peer, or the appliance. */
export type ChunkPick = { job: ChunkJob; from: Peer | undefined }

/** Gives out every chunk once. */
export type ChunkPicker = {
  /**
   * The next chunk and its source. `wait`: what is left is others' to fetch and they do not have it yet; `isStarved` says
   * that this has gone on for too long. Undefined when all are given out.
   */
  next(isStarved: boolean): ChunkPick | 'wait' | undefined
  /** Peers came, went, have more than before or are free again. `isOther`: which ones there are has changed. */
  news(isOther: boolean): void
}

/**
 * First the chunks that are ours to fetch from the appliance because nobody has them, then those that a peer has; so the
 * appliance sends each of them about once. Without peers: all of them in the order of the disk, from `start` on.
 */
export function createChunkPicker(jobs: readonly ChunkJob[], book: PeerBook, start = 0): ChunkPicker {
  const taken = new Uint8Array(jobs.length)
  let left = jobs.length
  let [ours, held, isDry] = [0, 0, false]
  const take = (place: number, from: Peer | undefined): ChunkPick => {
    taken[place] = 1
    left -= 1
    return { job: jobs[place]!, from }
  }
  const takeOurs = (): ChunkPick | undefined => {
    for (; ours < jobs.length; ours++) {
      const place = (start + ours) % jobs.length
      const { index } = jobs[place]!
      if (taken[place] === 0 && !book.isHeld(index) && book.isOurs(index)) return take(place, undefined)
    }
    return undefined
  }
  const takeHeld = (): ChunkPick | undefined => {
    if (isDry || !book.isAnyFree()) return undefined
    for (let step = 0; step < jobs.length; step++) {
      const place = (start + held + step) % jobs.length
      const holder = taken[place] === 0 ? book.holder(jobs[place]!.index) : undefined
      if (!holder) continue
      held = (held + step) % jobs.length
      return take(place, holder)
    }
    isDry = true
    return undefined
  }
  /** From somewhere: who starves beside us shall not take the same. */
  const takeAny = (): ChunkPick => {
    let place = Math.floor(Math.random() * jobs.length)
    while (taken[place] === 1) place = (place + 1) % jobs.length
    return take(place, undefined)
  }
  return {
    next: (isStarved) => {
      if (left === 0) return undefined
      const pick = takeOurs() ?? takeHeld()
      if (pick) return pick
      return isStarved || book.usable() === 0 ? takeAny() : 'wait'
    },
    news: (isOther) => {
      isDry = false
      if (isOther) ours = 0
    },
  }
}
