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
