import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Run } from '../domain/run/run.ts'
import { RUN_STATES } from '../domain/run/run-states.ts'
import type { RecordEvent } from './run-recorder.ts'

const PERIOD_MILLISECONDS = 1000

export type RunDeadlinesDeps = {
  runs: { open(): Promise<Run[]> }
  /** When the agent of a run last spoke to this process, milliseconds since the epoch. */
  heardAt(runId: string): number | undefined
  record: RecordEvent
  clock: Clock
  log: Log
}

/** Ends runs that are past their deadline or whose agent fell silent; `sweep` does it once, `start` every second. */
export function createRunDeadlines({ runs, heardAt, record, clock, log }: RunDeadlinesDeps) {
  const startedAt = clock.now()
  const isSilent = (run: Run, now: number): boolean => {
    const seconds = RUN_STATES[run.state].silenceSeconds
    if (seconds === undefined) return false
    // A service that was just started has heard nobody yet: silence counts from its start.
    const since = Math.max(run.stateSince, startedAt, heardAt(run.id) ?? 0)
    return now - since > seconds * run.profile.deadlineFactor * 1000
  }
  const sweep = async (): Promise<void> => {
    const now = clock.now()
    for (const run of await runs.open()) {
      if (run.deadlineAt !== undefined && run.deadlineAt <= now) await record(run.id, 'timedOut', { state: run.state })
      else if (isSilent(run, now)) await record(run.id, 'agentSilent', { state: run.state })
    }
  }
  let timer: NodeJS.Timeout | undefined
  return {
    sweep,
    start: () => {
      let busy = false
      timer = setInterval(async () => {
        if (busy) return
        busy = true
        // A database that is locked or full must not end the service: the next second tries again.
        await sweep().catch((error: unknown) => log.error({ error: String(error) }, 'deadlines not judged'))
        busy = false
      }, PERIOD_MILLISECONDS)
    },
    stop: () => clearInterval(timer),
  }
}
