import type { RunEventType } from '../../src/domain/run/run-events.ts'
import type { Random } from '../seeded.ts'

/** A moment of a run: so long after an event was first seen in its present boot. */
export type CrashPoint = { after: RunEventType; milliseconds: number }

/** Events by the part of the run they belong to, with the longest pause after them that still hits that part. */
const PARTS: readonly (readonly (readonly [RunEventType, number])[])[] = [
  [
    ['grantOpened', 3000],
    ['sessionOpened', 1500],
    ['scriptFetched', 150],
    ['kernelFetched', 300],
    ['ramdiskFetched', 4000],
    ['codeExchanged', 100],
    ['diskChosen', 200],
  ],
  [
    ['writeStarted', 500],
    ['writeStarted', 2500],
    ['firstChunkServed', 1000],
    ['firstChunkServed', 4000],
    ['firstChunkServed', 7000],
  ],
  [
    ['writeFinished', 0],
    ['writeFinished', 1500],
    ['writeFinished', 4000],
    ['readBackMatched', 0],
    ['readBackMatched', 600],
  ],
  [
    ['seeded', 0],
    ['seeded', 400],
    ['localBootAnswered', 0],
    ['localBootAnswered', 6000],
    ['factsReceived', 0],
  ],
]

/**
 * `runs` lists of one point of each part, in the order of the run: early, while writing, after the last write and before
 * the restart, after it. Every entry of the parts is used before one is used again.
 */
export function crashPlan(random: Random, runs: number): CrashPoint[][] {
  const decks = PARTS.map((part) => shuffled(random, part))
  return Array.from({ length: runs }, (_, index) =>
    decks.map((deck) => {
      const [after, most] = deck[index % deck.length]!
      return { after, milliseconds: Math.round(most * 0.5) + random.below(Math.round(most * 0.5) + 1) }
    }),
  )
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const deck = [...list]
  for (let at = deck.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    ;[deck[at], deck[other]] = [deck[other]!, deck[at]!]
  }
  return deck
}
