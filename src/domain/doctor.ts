export type DoctorOutcome = 'ok' | 'warning' | 'problem' | 'skipped'

/** What one check of the host found about one thing. `remedy` is there where something is to be done. */
export type DoctorFinding = {
  about: string
  outcome: DoctorOutcome
  expected: string
  got: string
  remedy?: string
}

/** A finding with the id of its check. */
export type DoctorRow = DoctorFinding & { check: string }

/**
 * The checks as the service runs them: `rows` of the last time that they ended, at `finishedAt` in milliseconds since the
 * epoch; `why` they could not be run.
 */
export type DoctorState = {
  state: 'never' | 'running' | 'done'
  done: number
  total: number
  finishedAt: number | undefined
  why: string | undefined
  rows: DoctorRow[]
}
