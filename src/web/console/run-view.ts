import type { Run, RunEvent, RunProgress } from '../../domain/run/run.ts'
import { RUN_EVENTS } from '../../domain/run/run-events.ts'
import { isEnd, RUN_STATES, type RunState } from '../../domain/run/run-states.ts'
import { bytesWords } from './words.ts'

const BAR_WIDTH = 1000
const LEAST_WIDTH = 3

/** Colour class (Tabler) of a state. */
export const stateColour = (state: RunState): string =>
  (({ verified: 'green', failed: 'red', cancelled: 'secondary' }) as Partial<Record<RunState, string>>)[state] ?? 'blue'

/** A run as a row of the list. */
export const runRow = (run: Run, now: number) => ({
  ...run,
  colour: stateColour(run.state),
  ended: isEnd(run.state),
  elapsed: (run.endedAt ?? now) - run.createdAt,
  label: `${run.image} ${run.version}`,
})

/** Everything the run page shows. Positions and widths of the stages are in units of a 1000 wide drawing. */
export function runView(
  run: Run,
  events: RunEvent[],
  logs: { at: number; line: string }[],
  progress: RunProgress | undefined,
  now: number,
) {
  const moving =
    progress && !isEnd(run.state) && progress.step === run.state && progress.totalBytes > 0 ? progress : undefined
  return {
    run: runRow(run, now),
    says: RUN_STATES[run.state].says,
    stages: stages(run, events, now),
    progress: moving && { ...moving, percent: Math.floor((moving.doneBytes / moving.totalBytes) * 100) },
    waiting: isEnd(run.state)
      ? undefined
      : { since: now - run.stateSince, left: run.deadlineAt === undefined ? undefined : run.deadlineAt - now },
    cause: run.cause,
    events: events.map((event) => eventRow(run, event)).reverse(),
    checks: events
      .filter(({ type }) => type === 'checkPassed' || type === 'checkFailed' || type === 'checkSkipped')
      .map(checkRow),
    logs: logs.map((line) => ({ ...line, after: line.at - run.createdAt })),
  }
}

/** One bar a state that the run was in, to scale. */
function stages(run: Run, events: RunEvent[], now: number) {
  const steps = [
    { state: 'queued' as RunState, at: run.createdAt },
    ...events.flatMap((event) => (event.to ? [{ state: event.to, at: event.at }] : [])),
  ]
  const end = run.endedAt ?? now
  const total = Math.max(1, end - run.createdAt)
  return steps
    .filter(({ state }) => !isEnd(state))
    .map(({ state, at }, index, all) => {
      const until = all[index + 1]?.at ?? end
      const x = ((at - run.createdAt) / total) * BAR_WIDTH
      return {
        state,
        milliseconds: until - at,
        x: x.toFixed(1),
        width: Math.max(LEAST_WIDTH, ((until - at) / total) * BAR_WIDTH).toFixed(1),
        shade: index % 2 === 0 ? 'even' : 'odd',
      }
    })
}

function eventRow(run: Run, event: RunEvent) {
  const { source, says } = RUN_EVENTS[event.type]
  const details = Object.entries(event.detail).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [{ name, value: shown(name, value) }],
  )
  return {
    ...event,
    source,
    says,
    details,
    after: event.at - run.createdAt,
    colour: event.to ? stateColour(event.to) : undefined,
  }
}

const shown = (name: string, value: unknown): string => {
  if (typeof value === 'number' && /bytes$/i.test(name)) return bytesWords(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function checkRow({ type, detail }: RunEvent) {
  const outcome = type === 'checkPassed' ? 'passed' : type === 'checkFailed' ? 'failed' : 'skipped'
  return { ...detail, outcome, colour: { passed: 'green', failed: 'red', skipped: 'secondary' }[outcome] }
}
