import type { RunEvent } from './run.ts'

/** How long a run has been in its state. Seconds; `deadlineSeconds` is what the state's row allows with the profile's factor. */
export type RunWaiting = { seconds: number; usualSeconds: number; deadlineSeconds: number | undefined }

/**
 * Why a run stands, or ended, where it is. `rule` is the row of the table that fits, `message` says what was expected and
 * what was got, `waiting` is undefined for a run that has ended.
 */
export type RunWhy = {
  rule: string
  message: string
  lastEvidence: RunEvent | undefined
  missingStep: string
  likelyCauses: string[]
  remedy: string
  waiting: RunWaiting | undefined
}
