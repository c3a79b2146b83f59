import type { Rivals } from '../network/rivals.ts'
import type { BenchDisk } from './bench-disk.ts'

/**
 * One comparison: `ours` and `rival` are medians in `unit`, `ratio` is ours in parts of the rival's (the median over the
 * rounds), so less is better; `wanted` is the most that it may be, if somebody said so. `name` is the key in the last line.
 */
export type BenchRow = {
  name: string
  ours: number
  rival: number
  rivalName: string
  unit: string
  ratio: number
  wanted?: number
}

export type BenchContext = {
  rounds: number
  rivals: Rivals
  /** A new folder below a temporary one, which is removed at the end. */
  folder(name: string): Promise<string>
  /** The large disk that several sections use, made once; and one a third of it. */
  largeDisk(): Promise<BenchDisk>
  smallDisk(): Promise<BenchDisk>
  say(line: string): void
}

/** A part of `npm run bench:images`; `main.ts` lists them. */
export type BenchSection = { name: string; run(context: BenchContext): Promise<BenchRow[]> }
