import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Run } from '../domain/run/run.ts'
import { RUN_STATES } from '../domain/run/run-states.ts'
import type { RecordEvent } from './run-recorder.ts'
import type { LastReport } from './run-service.ts'

const PERIOD_MILLISECONDS = 1000

export type RunDeadlinesDeps = {
  runs: { open(): Promise<Run[]> }
  /** What the agent of a run last said to this process. */
  lastReport(runId: string): LastReport | undefined
  record: RecordEvent
  clock: Clock
  log: Log
}

/**
 * Ends runs that are past their deadline or whose agent fell silent, and records once a standstill that an agent's
 * bytes done do not grow; `sweep` does it once, `start` every second.
 */
export function createRunDeadlines({ runs, lastReport, record, clock, log }: RunDeadlinesDeps) {
  const startedAt = clock.now()
  const isSilent = (run: Run, now: number): boolean => {
    const seconds = RUN_STATES[run.state].silenceSeconds
    if (seconds === undefined) return false
    // A service that was just started has heard nobody yet: silence counts from its start.
    const since = Math.max(run.stateSince, startedAt, lastReport(run.id)?.at ?? 0)
    return now - since > seconds * run.profile.deadlineFactor * 1000
  }
  // A standstill is known by its beginning, so that the next one is told anew.
  const told = new Map<string, number>()
  const tellStandstill = async (run: Run): Promise<void> => {
    const standstill = standstillOf(run, lastReport(run.id))
    if (!standstill || told.get(run.id) === standstill.since) return
    const { step, doneBytes, seconds } = standstill
    await record(run.id, 'progressStalled', { step, doneBytes, seconds })
    told.set(run.id, standstill.since)
  }
  const sweep = async (): Promise<void> => {
    const now = clock.now()
    const open = await runs.open()
    for (const id of told.keys()) if (!open.some((run) => run.id === id)) told.delete(id)
    for (const run of open) {
      if (run.deadlineAt !== undefined && run.deadlineAt <= now) await record(run.id, 'timedOut', { state: run.state })
      else if (isSilent(run, now)) await record(run.id, 'agentSilent', { state: run.state })
      else await tellStandstill(run)
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

/** Since when the agent says the same bytes done, where that is too long. Its own words count: silence is no standstill. */
function standstillOf(run: Run, report: LastReport | undefined) {
  const least = RUN_STATES[run.state].standstillSeconds
  if (least === undefined || report?.progress.step !== run.state) return undefined
  const since = Math.max(run.stateSince, report.unchangedSince)
  const seconds = Math.round((report.at - since) / 1000)
  if (report.at - since < least * run.profile.deadlineFactor * 1000) return undefined
  return { since, seconds, step: report.progress.step, doneBytes: report.progress.doneBytes }
}
