import type { CheckVerdict } from '../domain/check.ts'

/** Passed when the machine's word equals what was expected. */
export const compare = (expected: string, got: string): CheckVerdict => ({
  outcome: expected === got ? 'passed' : 'failed',
  expected,
  got,
})

export const skipped = (why: string): CheckVerdict => ({ outcome: 'skipped', why })
