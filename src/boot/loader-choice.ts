import type { LoaderFamily, LoaderMemory } from '../domain/boot.ts'

/** A loader that was read to its end and led to nothing within this time counts as refused by its machine. */
export const NEXT_STAGE_MILLISECONDS = 60_000

/** What the choice is made from. `first` is the segment's word for machines of which nothing is known. */
export type LoaderKnowledge = { secureBoot: boolean; memory: LoaderMemory; first: LoaderFamily; now: number }

const OTHER: Readonly<Record<LoaderFamily, LoaderFamily>> = { ipxe: 'shim', shim: 'ipxe' }

/**
 * Which family of loaders firmware that could take either is given next, and why. Secure Boot decides alone; then comes
 * what just failed, what once worked, and the segment's word.
 */
export function chooseFamily({ secureBoot, memory, first, now }: LoaderKnowledge): {
  family: LoaderFamily
  why: string
} {
  if (secureBoot) return { family: 'shim', why: 'Secure Boot is on: only a signed loader starts' }
  const { tried, worked } = memory
  if (tried && now - tried.at >= NEXT_STAGE_MILLISECONDS)
    return { family: OTHER[tried.family], why: `${tried.family} was read to its end and nothing followed` }
  if (tried) return { family: tried.family, why: `${tried.family} was just read` }
  if (worked) return { family: worked, why: `${worked} worked before` }
  return { family: first, why: `the segment’s first loader is ${first}` }
}

/** After a loader was read to its end: from now on its next stage is waited for. */
export const afterRead = (memory: LoaderMemory, family: LoaderFamily, now: number): LoaderMemory => ({
  ...memory,
  tried: { family, at: now },
})

/**
 * After a stage was seen that this family leads to: it worked. Undefined where nothing is learnt by it, since its loader
 * was not read from us (a card's own iPXE) or is known to work.
 */
export const afterStage = ({ tried }: LoaderMemory, family: LoaderFamily): LoaderMemory | undefined =>
  tried?.family === family ? { worked: family } : undefined
