import type { WhyFacts } from './why-facts.ts'

/**
 * One way in which a run stands still or ends. The texts may name words of the facts in braces. `missingStep` finishes
 * "expected …", `got` finishes "got …" (default: nothing, for how long).
 */
export type WhyRow = {
  id: string
  says: string
  when(facts: WhyFacts): boolean
  missingStep: string
  got?: string
  likelyCauses: readonly string[]
  remedy: string
}

/** What a run got that waits for something which never came. */
export const GOT_NOTHING = 'nothing for {waited}'
