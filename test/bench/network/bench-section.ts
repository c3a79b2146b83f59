import type { BenchNamespaces } from './namespaces.ts'
import type { Rivals } from './rivals.ts'

/**
 * One comparison: `ours` and `rival` are medians in `unit`, `ratio` is how much better ours is (the median over the
 * rounds, since what else the machine does changes from round to round). `name` is the key in the last line.
 */
export type BenchRow = { name: string; ours: number; rival: number; rivalName: string; unit: string; ratio: number }

export type BenchContext = {
  rounds: number
  rivals: Rivals
  namespaces: BenchNamespaces
  /** A new folder below a temporary one, which is removed at the end. */
  folder(name: string): Promise<string>
  say(line: string): void
}

/** A part of `npm run bench:network`; `main.ts` lists them. */
export type BenchSection = { name: string; run(context: BenchContext): Promise<BenchRow[]> }
