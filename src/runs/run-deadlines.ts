import type { Clock } from '../core/clock.ts'
import type { Run } from '../domain/run/run.ts'
import type { RecordEvent } from './run-recorder.ts'

const PERIOD_MILLISECONDS = 1000

export type RunDeadlinesDeps = { runs: { overdue(now: number): Promise<Run[]> }; record: RecordEvent; clock: Clock }

/** Turns runs that are past their deadline into `timedOut`; `sweep` does it once, `start` every second. */
export function createRunDeadlines(deps: RunDeadlinesDeps) {
  const sweep = async (): Promise<void> => {
    for (const run of await deps.runs.overdue(deps.clock.now()))
      await deps.record(run.id, 'timedOut', { state: run.state })
  }
  let timer: NodeJS.Timeout | undefined
  return {
    sweep,
    start: () => {
      let busy = false
      timer = setInterval(async () => {
        if (busy) return
        busy = true
        await sweep().finally(() => {
          busy = false
        })
      }, PERIOD_MILLISECONDS)
    },
    stop: () => clearInterval(timer),
  }
}
