import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import { isEnd, nextState, RUN_STATES, type RunState } from '../domain/run/run-states.ts'
import type { RunFeed } from './run-feed.ts'

type Detail = Record<string, unknown>
type Change = {
  run: Partial<Run>
  events: { type: RunEventType; to: RunState | undefined; detail: Detail }[]
  unproved?: 'set' | 'clear'
}

export type RunRecorderDeps = {
  runs: {
    change(
      id: string,
      at: number,
      decide: (run: Run, history: () => Promise<RunEvent[]>) => Promise<Change | undefined>,
    ): Promise<{ run: Run; events: RunEvent[] } | undefined>
    /** Appends a line to an open run. */
    append(
      id: string,
      at: number,
      type: RunEventType,
      detail: Detail,
    ): Promise<{ run: Run; events: RunEvent[] } | undefined>
  }
  /** Starts what the new state's row asks for; called after the change is stored. */
  enter(run: Run): unknown
  /** Why a run failed; `events` ends with the event that ended it. */
  explain(run: Run, events: RunEvent[], now: number): Run['cause']
  feed: RunFeed
  clock: Clock
  log: Log
}

export type RecordEvent = (runId: string, type: RunEventType, detail: Detail) => Promise<Run | undefined>

/**
 * The disk holds what no read-back has proved from the agent's word before its first write until the comparison succeeds; or
 * what no installer finished, from the answers that let it write until it said that all is installed.
 */
const UNPROVED: Partial<Record<RunEventType, (detail: Detail) => 'set' | 'clear' | undefined>> = {
  writeStarted: () => 'set',
  readBackMatched: () => 'clear',
  answersFetched: ({ writes }) => (writes === true ? 'set' : undefined),
  installerFinished: () => 'clear',
}

/** What an event tells of the run itself. */
const LEARNT: Partial<Record<RunEventType, (detail: Detail) => Partial<Run>>> = {
  captureMatched: ({ manifestDigest }) => ({ manifestDigest: String(manifestDigest) }),
}

/**
 * Records an event of a run: in one transaction the next state from the table, the line of history and the run's row,
 * then the new state's effect. Evidence that changes nothing is stored too; an ended run takes no more events.
 */
export function createRunRecorder(deps: RunRecorderDeps): RecordEvent {
  return async (runId, type, detail) => {
    const at = deps.clock.now()
    if (isEvidence(type)) {
      const appended = await deps.runs.append(runId, at, type, detail)
      if (appended) deps.feed.publish({ kind: 'change', ...appended })
      return appended?.run
    }
    const result = await deps.runs.change(runId, at, async (run, history) => {
      if (isEnd(run.state)) return undefined
      const to = nextState(run.state, type)
      const unproved = UNPROVED[type]?.(detail)
      const changes = to ? { ...entered(run, to, at), ...LEARNT[type]?.(detail) } : {}
      if (to === 'failed') {
        const before = await history()
        const event = { seq: (before.at(-1)?.seq ?? 0) + 1, runId, at, type, to, detail }
        changes.cause = deps.explain({ ...run, ...changes }, [...before, event], at)
      }
      return {
        run: changes,
        events: [{ type, to, detail }],
        ...(unproved ? { unproved } : {}),
      }
    })
    if (!result) return undefined
    deps.feed.publish({ kind: 'change', ...result })
    const to = result.events[0]?.to
    if (to) {
      deps.log.info({ runId, event: type, state: to }, `run is ${to}`)
      void deps.enter(result.run)
    }
    return result.run
  }
}

/** True for an event that changes no run in any state: a storm of machines makes thousands of them. */
const isEvidence = (type: RunEventType): boolean => !CHANGING.has(type) && !(type in UNPROVED)

const CHANGING = new Set(Object.values(RUN_STATES).flatMap(({ on }) => Object.keys(on)))

function entered(run: Run, to: RunState, at: number): Partial<Run> {
  const seconds = RUN_STATES[to].deadlineSeconds
  const deadlineAt = seconds === undefined ? undefined : at + Math.round(seconds * run.profile.deadlineFactor * 1000)
  return { state: to, stateSince: at, deadlineAt, ...(isEnd(to) ? { endedAt: at } : {}) }
}
