import { RUN_EVENTS } from './run-events.ts'
import { isEnd, RUN_STATE_NAMES, RUN_STATES, type RunState } from './run-states.ts'

/** docs/run-states.md: the table of states as a drawing and as text. A test fails when the file is stale. */
export function printRunStates(): string {
  const arrows = RUN_STATE_NAMES.flatMap((from) =>
    [...edges(from)].map(([to, events]) => `  ${from} --> ${to}: ${events.join(', ')}`),
  )
  const rows = RUN_STATE_NAMES.map((name) => {
    const { says, deadlineSeconds, silenceSeconds, standstillSeconds, enter } = RUN_STATES[name]
    const seconds = [deadlineSeconds, silenceSeconds, standstillSeconds].map((value) => value ?? '–').join(' | ')
    return `| \`${name}\` | ${says} | ${seconds} | ${enter ? `\`${enter}\`` : '–'} |`
  })
  const events = Object.entries(RUN_EVENTS).map(([name, { source, says }]) => `| \`${name}\` | ${source} | ${says} |`)
  return [
    '# The states of a run',
    '',
    'Printed from `src/domain/run/run-states.ts` and `run-events.ts` by their test; do not edit.',
    'Deadlines, how long an agent may be silent and after how long the same bytes done are a standstill (evidence, no end) are multiplied by the hardware profile’s factor. Every state but the three ends can be cancelled and times out.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> queued',
    ...arrows,
    ...RUN_STATE_NAMES.filter(isEnd).map((name) => `  ${name} --> [*]`),
    '```',
    '',
    '| state | what it means | deadline, s | silence, s | standstill, s | effect on entry |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    '## Events',
    '',
    'Those not on an arrow are evidence: stored, shown, changing nothing.',
    '',
    '| event | seen by | words |',
    '|---|---|---|',
    ...events,
    '',
  ].join('\n')
}

/** Arrows that only say that every state can be cancelled and times out would hide the others. */
function edges(from: RunState): Map<RunState, string[]> {
  const own = Object.entries(RUN_STATES[from].on).filter(([event]) => event !== 'cancelled' && event !== 'timedOut')
  return new Map(
    Map.groupBy(own, ([, to]) => to)
      .entries()
      .map(([to, pairs]) => [to, pairs.map(([event]) => event)]),
  )
}
