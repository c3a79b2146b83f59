import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { RUN_STATES } from '../domain/run/run-states.ts'
import type { RecordEvent } from './run-recorder.ts'
import type { LastReport } from './run-service.ts'
import { standstillOf } from './why-facts.ts'

const PERIOD_MILLISECONDS = 1000

export type RunDeadlinesDeps = {
  runs: { open(): Promise<Run[]>; events(id: string): Promise<RunEvent[]> }
  /** What the agent of a run last said to this process. */
  lastReport(runId: string): LastReport | undefined
  /** When this process last heard of a run's agent or installer, milliseconds since the epoch. */
  heardAt(runId: string): number | undefined
  record: RecordEvent
  clock: Clock
  log: Log
}

/** The standstill that a run's history tells of in the present state; `doneBytes` is undefined while there is none. */
type Told = { stateSince: number; doneBytes: unknown }

/**
 * Ends runs that are past their deadline or whose agent fell silent, and records once a standstill that an agent's
 * bytes done do not grow, and that they grow again; `sweep` does it once, `start` every second.
 */
export function createRunDeadlines({ runs, lastReport, heardAt, record, clock, log }: RunDeadlinesDeps) {
  const startedAt = clock.now()
  const isSilent = (run: Run, now: number): boolean => {
    const seconds = RUN_STATES[run.state].silenceSeconds
    if (seconds === undefined) return false
    const heard = heardAt(run.id)
    // Not every installer sends its log: only one that was heard can fall silent.
    if (run.kind === 'install' && heard === undefined) return false
    // A service that was just started has heard nobody yet: silence counts from its start.
    const since = Math.max(run.stateSince, startedAt, heard ?? 0)
    return now - since > seconds * run.profile.deadlineFactor * 1000
  }
  const told = new Map<string, Told>()
  const toldOf = async (run: Run): Promise<Told> => {
    const known = told.get(run.id)
    if (known?.stateSince === run.stateSince) return known
    // A service that was just started goes on from what the one before recorded.
    const standstill = standstillOf(await runs.events(run.id))
    return { stateSince: run.stateSince, doneBytes: standstill?.detail.doneBytes }
  }
  const tellStandstill = async (run: Run): Promise<void> => {
    const report = lastReport(run.id)
    const least = RUN_STATES[run.state].standstillSeconds
    if (least === undefined || report?.progress.step !== run.state) return
    const { step, doneBytes } = report.progress
    const now = await toldOf(run)
    told.set(run.id, now)
    const seconds = secondsStood(run, report)
    if (now.doneBytes !== undefined && now.doneBytes !== doneBytes) {
      await record(run.id, 'progressMoved', { step, doneBytes })
      now.doneBytes = undefined
    } else if (now.doneBytes === undefined && seconds >= least * run.profile.deadlineFactor) {
      await record(run.id, 'progressStalled', { step, doneBytes, seconds: Math.round(seconds) })
      now.doneBytes = doneBytes
    }
  }
  const judge = async (run: Run, now: number): Promise<void> => {
    if (run.deadlineAt !== undefined && run.deadlineAt <= now) await record(run.id, 'timedOut', { state: run.state })
    else if (isSilent(run, now))
      await record(run.id, run.kind === 'install' ? 'installerSilent' : 'agentSilent', { state: run.state })
    else await tellStandstill(run)
  }
  const sweep = async (): Promise<void> => {
    const now = clock.now()
    const open = await runs.open()
    for (const id of told.keys()) if (!open.some((run) => run.id === id)) told.delete(id)
    // One run that can not be recorded must not keep those behind it open; the next second tries it again.
    for (const run of open)
      await judge(run, now).catch((error: unknown) =>
        log.error({ runId: run.id, error: String(error) }, 'deadline of a run not judged'),
      )
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

/** For how long the agent has said the same bytes done. Its own words count: silence is no standstill. */
const secondsStood = (run: Run, report: LastReport): number =>
  (report.at - Math.max(run.stateSince, report.unchangedSince)) / 1000
