import { expect, it, test } from 'vitest'
import { RUN_KINDS, type RunEvent } from '../../../src/domain/run/run.ts'
import { RUN_EVENTS } from '../../../src/domain/run/run-events.ts'
import { isOfWay, newestSession, RUN_WAYS, runWay } from '../../../src/domain/run/run-way.ts'
import { type Happening, runAfter, STARTED } from '../../runs/run-sample.ts'

const dhcp = (type: 'dhcpOffered' | 'dhcpBound', stage: string): Happening => [type, { stage }]
const toSession: Happening[] = ['grantOpened', ['sessionOpened', { session: 1 }]]
const toBound: Happening[] = [...toSession, dhcp('dhcpOffered', 'firmware'), dhcp('dhcpBound', 'firmware')]

const stepsOf = (happened: Happening[], mark: string): string[] =>
  runWay('deploy', runAfter(happened).events).flatMap((step) => (step.mark === mark ? [step.says] : []))

test.each(RUN_KINDS)('only names events that exist, each in one step of a %s', (kind) => {
  const named = RUN_WAYS[kind].flatMap(({ events }) => events)
  for (const type of named) expect(RUN_EVENTS).toHaveProperty(type)
  expect(new Set(named).size).toBe(named.length)
})

it('takes no packet of an operating system for a step of the network boot', () => {
  const happened: Happening[] = [...toSession, dhcp('dhcpOffered', 'os'), dhcp('dhcpBound', 'os')]
  expect(stepsOf(happened, 'seen')).toEqual([])
  expect(stepsOf(happened, 'missing')).toEqual(['Address offered'])
  expect(stepsOf([...happened, ...toBound.slice(2)], 'seen')).toEqual(['Address offered', 'Address bound'])
  const atOf = (steps: Happening[]) => runWay('deploy', runAfter(steps).events)[0]?.at
  expect(atOf([...happened, ...toBound.slice(2)])).toBe(STARTED + 5000)
})

test.each<[string, Happening, boolean]>([
  ['an address for firmware', dhcp('dhcpBound', 'firmware'), true],
  ['an address for an operating system', dhcp('dhcpBound', 'os'), false],
  ['a chunk that was served', 'firstChunkServed', false],
  ['a wrong identity', ['identityConflict', { claims: 'mac' }], false],
  ['the kernel', 'kernelFetched', true],
])('what is a step of the way: %s', (_what, happening, isStep) =>
  expect(isOfWay(runAfter([happening]).events[1]!)).toBe(isStep),
)

it('looks at the newest boot session only, and at everything while there was none', () => {
  const events = runAfter([...toBound, 'scriptFetched', ['sessionOpened', { session: 2 }], toBound[2]!]).events
  expect(newestSession(events).map(({ type }) => type)).toEqual(['sessionOpened', 'dhcpOffered'])
  expect(runWay('deploy', events).filter(({ mark }) => mark === 'seen')).toHaveLength(1)
  expect(newestSession(events.slice(0, 2))).toHaveLength(2)
  expect(newestSession([] as RunEvent[])).toEqual([])
})

it('marks what was passed over, the first step that is missing and those ahead of it', () => {
  const marks = runWay('deploy', runAfter([...toBound, 'scriptFetched']).events).map(({ mark }) => mark)
  expect(marks.slice(0, 6)).toEqual(['seen', 'seen', 'skipped', 'seen', 'missing', 'ahead'])
})
