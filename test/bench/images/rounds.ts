import { median } from '../network/rounds.ts'
import type { BenchRow } from './bench-section.ts'

/** The row of what was measured, one figure a round of each; less is better. */
export function rowOf(
  name: string,
  facts: Pick<BenchRow, 'unit' | 'rivalName' | 'wanted'>,
  ours: number[],
  rival: number[],
): BenchRow {
  const ratio = median(ours.map((figure, round) => figure / rival[round]!))
  return { name, ...facts, ours: median(ours), rival: median(rival), ratio }
}

/** Seconds that some work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}
