import { expect, it, test } from 'vitest'
import { printRunStates } from '../../../src/domain/run/print-run-states.ts'
import { RUN_EVENTS, type RunEventType } from '../../../src/domain/run/run-events.ts'
import {
  isEnd,
  isUnderGrant,
  nextState,
  RUN_STATE_NAMES,
  RUN_STATES,
  type RunState,
} from '../../../src/domain/run/run-states.ts'

test.each<[RunState, RunEventType, RunState | undefined]>([
  ['queued', 'grantOpened', 'awaitingBoot'],
  ['awaitingBoot', 'sessionOpened', 'booting'],
  ['writing', 'sessionOpened', 'booting'],
  ['writing', 'agentFailed', 'failed'],
  ['readingBack', 'readBackDiffered', 'failed'],
  ['inventorying', 'sourceChosen', 'capturing'],
  ['capturing', 'sessionOpened', 'booting'],
  ['rereading', 'captureMatched', 'verified'],
  ['rereading', 'captureDiffered', 'failed'],
  ['written', 'sessionOpened', undefined],
  ['written', 'factsReceived', 'checking'],
  ['checking', 'checkPassed', undefined],
  ['verified', 'cancelled', undefined],
])('%s + %s -> %s', (from, event, to) => expect(nextState(from, event)).toBe(to))

it('reaches every state from queued', () => {
  const seen = new Set<RunState>(['queued'])
  for (const state of seen) for (const to of Object.values(RUN_STATES[state].on)) seen.add(to)
  expect([...seen].sort()).toEqual([...RUN_STATE_NAMES].sort())
})

it('gives every waiting state a deadline, a way out of it and a way to cancel', () => {
  for (const name of RUN_STATE_NAMES.filter((state) => !isEnd(state))) {
    expect(RUN_STATES[name].deadlineSeconds, name).toBeGreaterThan(0)
    expect(RUN_STATES[name].on.timedOut, name).toBe('failed')
    expect(RUN_STATES[name].on.cancelled, name).toBe('cancelled')
  }
})

it('tells an agent’s silence well before the deadline, which says less', () => {
  for (const [name, { silenceSeconds, deadlineSeconds }] of Object.entries(RUN_STATES))
    expect((silenceSeconds ?? 0) * 2, name).toBeLessThan(deadlineSeconds ?? 1)
})

it('has three ends, and no grant outlives the state written', () => {
  expect(RUN_STATE_NAMES.filter(isEnd)).toEqual(['verified', 'failed', 'cancelled'])
  expect(RUN_STATE_NAMES.filter(isUnderGrant)).toEqual([
    ...[
      'awaitingBoot',
      'booting',
      'startingAgent',
      'startingInstaller',
      'installing',
      'inventorying',
      'writing',
      'readingBack',
      'seeding',
    ],
    ...['capturing', 'rereading'],
  ])
})

it('only names events that exist', () => {
  for (const row of Object.values(RUN_STATES))
    for (const event of Object.keys(row.on)) expect(RUN_EVENTS).toHaveProperty(event)
})

it('is what docs/run-states.md shows', async () => {
  await expect(printRunStates()).toMatchFileSnapshot('../../../docs/run-states.md')
})
