import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import { isEnd, nextState, type RunState } from '../../src/domain/run/run-states.ts'

export const STARTED = 1_700_000_000_000
/** One happening: an event with its detail; a second passes before each. */
export type Happening = RunEventType | [RunEventType, Record<string, unknown>]

/** A run that lived through `happenings`, by the table of states; the first is always `created`, whose detail may say `kind: 'install'`. */
export function runAfter(happenings: Happening[]): { run: Run; events: RunEvent[]; at: number } {
  let state: RunState = 'queued'
  let stateSince = STARTED
  const [first] = happenings
  const all = Array.isArray(first) && first[0] === 'created' ? happenings : ['created' as const, ...happenings]
  const events = all.map((happening, index): RunEvent => {
    const [type, detail] = typeof happening === 'string' ? [happening, {}] : happening
    const at = STARTED + index * 1000
    const to = nextState(state, type)
    if (to) [state, stateSince] = [to, at]
    return { seq: index + 1, runId: 'r', at, type, to, detail }
  })
  const at = events.at(-1)!.at
  const run: Run = {
    ...{
      id: 'r',
      kind: events[0]!.detail.kind === 'install' ? 'install' : 'deploy',
      machine: 'm1',
      image: 'debian',
      version: '1',
      manifestDigest: 'd'.repeat(64),
    },
    ...{ profile: HardwareProfile.parse({ name: 'any' }), state, stateSince, deadlineAt: undefined },
    ...{ createdAt: STARTED, endedAt: isEnd(state) ? at : undefined, cause: undefined, retryOf: undefined },
  }
  return { run, events, at }
}
