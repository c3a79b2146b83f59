import type { Run, RunProgress } from '../../domain/run/run.ts'
import { isEnd, RUN_STATE_NAMES } from '../../domain/run/run-states.ts'
import type { RunWhy } from '../../domain/run/run-why.ts'
import { deadlineShare, runRow, stuckBecause } from './run-row.ts'

const DAY_MILLISECONDS = 86_400_000
const MOST_IN_A_STAGE = 48
/** In a stage with more runs than this they are drawn without their names. */
const MOST_NAMED = 12

/** What is known of an open run beside its row. */
export type OpenRun = {
  run: Run
  progress: RunProgress | undefined
  heardAt: number | undefined
  why: RunWhy | undefined
}

/** The stages that open runs can be in, each with its runs, the longest there first; `filled` is how far each has come. */
export function stageBoard(open: OpenRun[], now: number) {
  return RUN_STATE_NAMES.filter((state) => !isEnd(state)).map((state) => {
    const own = open.filter(({ run }) => run.state === state).sort((a, b) => a.run.stateSince - b.run.stateSince)
    return {
      state,
      count: own.length,
      dense: own.length > MOST_NAMED,
      more: Math.max(0, own.length - MOST_IN_A_STAGE),
      runs: own.slice(0, MOST_IN_A_STAGE).map(({ run, progress, heardAt }) => ({
        ...runRow(run, now),
        stuck: stuckBecause(run, heardAt, now),
        since: now - run.stateSince,
        filled: `${Math.round(shareOf(run, progress, now) * 100)}%`,
      })),
    }
  })
}

/** The open runs that someone should look at, with what they wait for and why that may be, the longest first. */
export const stuckRuns = (open: OpenRun[], now: number) =>
  open
    .flatMap(({ run, heardAt, why }) => {
      const because = stuckBecause(run, heardAt, now)
      return because ? [{ ...runRow(run, now), because, why, since: now - run.stateSince }] : []
    })
    .sort((a, b) => b.since - a.since)

/** The runs that failed in the last 24 hours, newest end first. */
export const failedToday = (runs: Run[], now: number) =>
  runs
    .filter((run) => run.state === 'failed' && run.endedAt !== undefined && now - run.endedAt < DAY_MILLISECONDS)
    .sort((a, b) => b.endedAt! - a.endedAt!)
    .map((run) => ({
      ...runRow(run, now),
      ago: now - run.endedAt!,
      retried: runs.find(({ retryOf }) => retryOf === run.id)?.id,
    }))

const MOST_CASES = 8

/** The first of a list, and how many there are in all. */
export const firstOf = <T>(all: T[]) => ({
  ...{ count: all.length, shown: all.slice(0, MOST_CASES), more: Math.max(0, all.length - MOST_CASES) },
})

/** How many runs were proved in the last 24 hours. */
export const verifiedToday = (runs: Run[], now: number): number =>
  runs.filter(({ state, endedAt }) => state === 'verified' && endedAt !== undefined && now - endedAt < DAY_MILLISECONDS)
    .length

/** What has to be done before a first run, in order; undefined once there was one. */
export function firstSteps(counts: { segments: number; images: number; machines: number; runs: number }) {
  if (counts.runs > 0) return undefined
  return [
    {
      says: 'Serve a segment: the network that your machines boot from',
      command: 'slipway apply --file lab.yaml',
      done: counts.segments > 0,
    },
    {
      says: 'Build a golden image, or import a disk',
      command: 'slipway image build debian-12-minimal',
      done: counts.images > 0,
    },
    { says: 'Register a machine by its MACs', command: 'slipway apply --file lab.yaml', done: counts.machines > 0 },
    { says: 'Ask for a run, then switch the machine on', command: undefined, href: '/runs', done: false },
  ]
}

/** Bytes tell better than time where there are any. */
function shareOf(run: Run, progress: RunProgress | undefined, now: number): number {
  if (progress && progress.step === run.state && progress.totalBytes > 0)
    return progress.doneBytes / progress.totalBytes
  return deadlineShare(run, now)
}
