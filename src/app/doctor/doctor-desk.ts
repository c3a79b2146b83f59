import type { Clock } from '../../core/clock.ts'
import type { DoctorRow, DoctorState } from '../../domain/doctor.ts'

export type DoctorDeskDeps = {
  /** Looks at the host; tells each check that has ended. */
  look(onDone: (check: string) => void): Promise<DoctorRow[]>
  checks: number
  clock: Clock
}

/** Runs the checks on request, one time at once, and keeps what they found. */
export type DoctorDesk = {
  state(): DoctorState
  /** Begins, unless they run or ended less than a minute ago. */
  start(): DoctorState
}

const FRESH_MS = 60_000

export function createDoctorDesk({ look, checks, clock }: DoctorDeskDeps): DoctorDesk {
  let now: DoctorState = { state: 'never', done: 0, total: checks, finishedAt: undefined, why: undefined, rows: [] }
  const run = async (): Promise<void> => {
    now = { ...now, state: 'running', done: 0, why: undefined }
    const ended = await look(() => {
      now = { ...now, done: now.done + 1 }
    }).then(
      (rows) => ({ rows, why: undefined }),
      (error: unknown) => ({ rows: [], why: String(error) }),
    )
    now = { ...now, ...ended, state: 'done', finishedAt: clock.now() }
  }
  const isFresh = (): boolean => now.finishedAt !== undefined && clock.now() - now.finishedAt < FRESH_MS
  return {
    state: () => now,
    start: () => {
      if (now.state !== 'running' && !isFresh()) void run()
      return now
    },
  }
}
