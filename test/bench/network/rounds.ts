import type { BenchRow } from './bench-section.ts'

/** What was measured of each system, one figure a round. */
export type Samples = Record<string, number[]>

/** Measures every system once in each round, in turn, so that all of them meet the same machine. */
export async function takeRounds(rounds: number, systems: Record<string, () => Promise<number>>): Promise<Samples> {
  const samples: Samples = Object.fromEntries(Object.keys(systems).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const [name, measure] of Object.entries(systems)) samples[name]!.push(await measure())
  return samples
}

/** The row of `ours` against the rival that was best by its median; more is better. */
export function rowOf(name: string, unit: string, samples: Samples): BenchRow {
  const { ours = [], ...rivals } = samples
  const best = Object.entries(rivals).reduce((one, other) => (median(other[1]) > median(one[1]) ? other : one))
  const [rivalName, theirs] = best
  const ratio = median(ours.map((figure, round) => figure / theirs[round]!))
  return { name, unit, rivalName, ours: median(ours), rival: median(theirs), ratio }
}

export function median(figures: number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
