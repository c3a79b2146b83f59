import type { Run, RunEvent, RunProgress, RunSample } from '../../domain/run/run.ts'
import { isEnd, RUN_STATES } from '../../domain/run/run-states.ts'
import type { RunWhy } from '../../domain/run/run-why.ts'
import { withRates } from '../api/transfer-rates.ts'
import { eventRow } from './event-view.ts'
import { runRow, stuckBecause } from './run-row.ts'
import { stateBars, timelineView } from './timeline-view.ts'

/** Everything that a run page is made of, read once. */
export type RunParts = {
  run: Run
  events: RunEvent[]
  progress: RunProgress | undefined
  samples: RunSample[]
  why: RunWhy | undefined
  heardAt: number | undefined
  retries: Run[]
}

/** Everything the run page shows but the log. */
export function runView({ run, events, progress, samples, why, heardAt, retries }: RunParts, now: number) {
  const open = !isEnd(run.state)
  const moving = progress && open && progress.step === run.state && progress.totalBytes > 0 ? progress : undefined
  return {
    run: runRow(run, now),
    ...{ isInstall: run.kind === 'install', speaker: run.kind === 'install' ? 'Installer' : 'Agent' },
    retries,
    says: RUN_STATES[run.state].says,
    timeline: timelineView(run, events, now),
    stages: stateBars(run, events, now),
    progress: moving && { ...moving, percent: Math.floor((moving.doneBytes / moving.totalBytes) * 100) },
    waiting: open
      ? { since: now - run.stateSince, left: run.deadlineAt === undefined ? undefined : run.deadlineAt - now }
      : undefined,
    why: whyView(run, why, stuckBecause(run, heardAt, now)),
    moved: movedView(samples),
    events: events.map((event) => eventRow(run, event)).reverse(),
    checks: events
      .filter(({ type }) => type === 'checkPassed' || type === 'checkFailed' || type === 'checkSkipped')
      .map(checkRow),
  }
}

/** Why the run stands or ended where it is; nothing to ask of a run that was proved. */
function whyView(run: Run, why: RunWhy | undefined, stuck: string | undefined) {
  if (run.state === 'verified' || (!why && !run.cause)) return undefined
  const { missingStep, likelyCauses, remedy } = run.cause ?? why!
  const tone = run.state === 'failed' ? 'danger' : stuck ? 'warning' : 'info'
  const calm = tone === 'info' && !isEnd(run.state)
  return {
    ...{ missingStep, likelyCauses, remedy, tone, stuck, calm },
    code: run.cause?.code,
    head: calm ? `Waiting for ${missingStep}` : (run.cause ?? why)?.message,
    last: why?.lastEvidence && eventRow(run, why.lastEvidence),
  }
}

/** What was moved, in figures: the same that the plot draws. */
function movedView(samples: RunSample[]) {
  const rows = withRates(samples)
  const last = rows.at(-1)
  if (!last) return undefined
  return {
    served: last.servedBytes,
    peakServed: Math.max(...rows.map(({ servedPerSecond }) => servedPerSecond)),
    peakDone: Math.max(...rows.map(({ donePerSecond }) => donePerSecond)),
    milliseconds: last.at - rows[0]!.at,
  }
}

function checkRow({ type, detail }: RunEvent) {
  const outcome = type === 'checkPassed' ? 'passed' : type === 'checkFailed' ? 'failed' : 'skipped'
  return { ...detail, outcome, colour: { passed: 'green', failed: 'red', skipped: 'secondary' }[outcome] }
}
