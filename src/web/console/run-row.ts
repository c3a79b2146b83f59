import { aboutRun, type Run } from '../../domain/run/run.ts'
import { isEnd, RUN_STATES, type RunState } from '../../domain/run/run-states.ts'

/** Colour class (Tabler) of a state. */
export const stateColour = (state: RunState): string =>
  (({ verified: 'green', failed: 'red', cancelled: 'secondary' }) as Partial<Record<RunState, string>>)[state] ?? 'blue'

/** A run as a row of the list. */
export const runRow = (run: Run, now: number) => ({
  ...run,
  colour: stateColour(run.state),
  ended: isEnd(run.state),
  elapsed: (run.endedAt ?? now) - run.createdAt,
  label: aboutRun(run).what,
  of: aboutRun(run).of,
  /** Whether the library has, or had, the run's version: a capture makes it at its end. */
  hasVersion: run.kind === 'deploy' || run.kind === 'install' || (run.kind === 'capture' && run.state === 'verified'),
})

const MOST_ROWS = 50

/** The newest runs of a longer history as rows, and how many older ones there are. */
export const newestRows = (runs: Run[], now: number) => ({
  runs: runs.slice(0, MOST_ROWS).map((run) => runRow(run, now)),
  older: Math.max(0, runs.length - MOST_ROWS),
})

/** An agent speaks twice a second: silent for longer than this, times the profile's factor, people should look. */
const SILENT_MILLISECONDS = 15_000
/** An installer unpacks and configures for minutes without a line. */
const INSTALLER_SILENT_MILLISECONDS = 300_000
/** The share of a state's deadline after which people should look. */
const DEADLINE_SHARE = 0.5

/** Why an open run counts as stuck: its agent or installer is silent, or its state has used more than half of its deadline. */
export function stuckBecause(run: Run, heardAt: number | undefined, now: number): string | undefined {
  if (isEnd(run.state)) return undefined
  const isInstall = run.kind === 'install'
  // Not every installer sends its log.
  const speaks = RUN_STATES[run.state].silenceSeconds !== undefined && !(isInstall && heardAt === undefined)
  const since = Math.max(run.stateSince, heardAt ?? 0)
  const most = isInstall ? INSTALLER_SILENT_MILLISECONDS : SILENT_MILLISECONDS
  if (speaks && now - since > most * run.profile.deadlineFactor)
    return isInstall ? 'its installer is silent' : 'its agent is silent'
  return deadlineShare(run, now) > DEADLINE_SHARE ? 'more than half of its time is used' : undefined
}

/** How much of its state's time an open run has used, 0 to 1. */
export const deadlineShare = (run: Run, now: number): number =>
  run.deadlineAt === undefined || run.deadlineAt <= run.stateSince
    ? 0
    : Math.min(1, Math.max(0, (now - run.stateSince) / (run.deadlineAt - run.stateSince)))
