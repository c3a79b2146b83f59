import { describe, expect, it, test } from 'vitest'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import { deadlineOf, lastEvidence, standOf, standstillOf, UNKNOWN_WORDS, whyFacts } from '../../src/runs/why-facts.ts'
import { type Happening, runAfter } from './run-sample.ts'

const MAC = '52:54:00:00:00:01'
const toSession: Happening[] = ['grantOpened', ['sessionOpened', { session: 1, mac: MAC }]]
const toRamdisk: Happening[] = [
  ...toSession,
  ['scriptFetched', { peer: '10.0.0.5' }],
  'kernelFetched',
  'ramdiskFetched',
]
const toWriting: Happening[] = [...toRamdisk, 'codeExchanged', ['diskChosen', { disk: 'vda' }], 'writeStarted']

const factsAfter = (happened: Happening[], later = 0) => {
  const { run, events, at } = runAfter(happened)
  return whyFacts(run, events, at + later)
}

describe('where a run stands', () => {
  test.each<[string, Happening[], string, string | undefined]>([
    ['an open run: in its state', toRamdisk, 'startingAgent', undefined],
    ['a failed run: where it failed', [...toRamdisk, 'timedOut'], 'startingAgent', 'timedOut'],
    ['a run that failed before anything', ['timedOut'], 'queued', 'timedOut'],
  ])('%s', (_title, happened, state, end) => {
    const { run, events } = runAfter(happened)
    expect(standOf(run, events)).toMatchObject({ state })
    expect(standOf(run, events).end?.type).toBe(end)
  })

  it('waits in a state that it is in or whose deadline passed, and in none that something else ended', () => {
    expect(factsAfter(toWriting).waitsIn('writing')).toBe(true)
    expect(factsAfter([...toWriting, 'timedOut']).waitsIn('writing')).toBe(true)
    expect(factsAfter([...toWriting, 'agentSilent']).waitsIn('writing')).toBe(false)
    expect(factsAfter(toWriting).waitsIn('booting')).toBe(false)
  })

  it('counts its seconds to now, or to its end', () => {
    expect(factsAfter(toSession, 5000).seconds).toBe(5)
    expect(factsAfter([...toSession, 'dhcpOffered', 'timedOut'], 60_000).seconds).toBe(2)
  })

  it('knows an end by its event and its code', () => {
    const facts = factsAfter([...toWriting, ['agentFailed', { code: 'disk.write_failed' }]])
    expect(facts.isEnd('agentFailed')).toBe(true)
    expect(facts.isEnd('agentFailed', 'image.signature', 'disk.write_failed')).toBe(true)
    expect(facts.isEnd('agentFailed', 'image.signature')).toBe(false)
    expect(facts.isEnd('timedOut')).toBe(false)
  })
})

describe('what was seen', () => {
  it('counts from the newest boot session, and here from the moment the state was entered', () => {
    const facts = factsAfter(toWriting)
    expect([facts.seen('scriptFetched'), facts.seenHere('scriptFetched')]).toEqual([true, false])
    expect([facts.seen('writeStarted'), facts.seenHere('writeStarted')]).toEqual([true, true])
    const again = factsAfter([...toWriting, ['sessionOpened', { session: 2 }]])
    expect([again.seen('scriptFetched'), again.seenHere('writeStarted')]).toEqual([false, false])
  })

  it('tells DHCP by its stage, and the address of a system only in the present state', () => {
    const system: Happening = ['dhcpBound', { stage: 'os' }]
    const facts = factsAfter([...toSession, ['dhcpBound', { stage: 'ipxe' }]])
    expect([facts.dhcp('dhcpBound', ['ipxe']), facts.dhcp('dhcpBound', ['firmware', 'os'])]).toEqual([true, false])
    expect(factsAfter([...toRamdisk, system]).systemHasAddress).toBe(true)
    expect(factsAfter([...toRamdisk, system, 'codeExchanged']).systemHasAddress).toBe(false)
  })

  it('takes no word of people, of the timer or of our own for evidence', () => {
    expect(lastEvidence(runAfter(['grantOpened', 'timedOut']).events)).toBeUndefined()
    expect(lastEvidence(runAfter([...toSession, 'cancelled']).events)?.type).toBe('sessionOpened')
  })

  test.each<[string, Happening[], boolean]>([
    ['at last', [['identityConflict', { claims: 'mac' }]], true],
    ['of another kind', [['identityConflict', { claims: 'uuid' }]], false],
    [
      'before a step of the way',
      [
        ['identityConflict', { claims: 'mac' }],
        ['dhcpBound', { stage: 'ipxe' }],
      ],
      false,
    ],
    [
      'before a packet of a system',
      [
        ['identityConflict', { claims: 'mac' }],
        ['dhcpBound', { stage: 'os' }],
      ],
      true,
    ],
    ['in the state before', [['identityConflict', { claims: 'mac' }], 'ramdiskFetched'], false],
  ])('a claim of the MAC %s', (_when, then, claimed) =>
    expect(factsAfter([...toSession, ...then]).claimed('mac')).toBe(claimed),
  )

  test.each<[string, Happening[], number | undefined]>([
    ['none', [], undefined],
    ['one', [['progressStalled', { doneBytes: 7 }]], 7],
    ['one that is over', [['progressStalled', { doneBytes: 7 }], 'progressMoved'], undefined],
    ['a second one', [['progressStalled', {}], 'progressMoved', ['progressStalled', { doneBytes: 8 }]], 8],
    ['one of the state before', [['progressStalled', { doneBytes: 7 }], 'writeFinished'], undefined],
    ['one in which the deadline passed', [['progressStalled', { doneBytes: 7 }], 'timedOut'], 7],
  ])('a standstill: %s', (_what, then, doneBytes) => {
    const happened = [...toWriting, ...then]
    expect(standstillOf(runAfter(happened).events)?.detail.doneBytes).toBe(doneBytes)
    expect(factsAfter(happened).standsStill).toBe(doneBytes !== undefined)
  })
})

describe('the words', () => {
  it('are those of the newest boot session', () => {
    const { words } = factsAfter([...toWriting, ['progressStalled', { doneBytes: 2048, seconds: 31 }]], 4000)
    expect(words).toMatchObject({
      ...{ machine: 'm1', mac: MAC, address: '10.0.0.5', disk: 'vda', rule: '“by: only”', state: 'writing' },
      ...{ doneBytes: '2.0 KiB', stood: '31.0 s', waited: '6.0 s' },
    })
    const again = factsAfter([...toWriting, ['sessionOpened', { session: 2, mac: 'm' }]]).words
    expect(again).toMatchObject({ mac: 'm', disk: UNKNOWN_WORDS.disk, session: '2' })
  })

  it('stand for what nobody told', () => {
    expect(factsAfter([]).words).toMatchObject({
      mac: UNKNOWN_WORDS.mac,
      told: UNKNOWN_WORDS.told,
      card: 'another card',
    })
  })

  it('tell an impostor from another card with the machine’s UUID', () => {
    const impostor: Happening = ['identityConflict', { claims: 'mac', other: 'v', why: 'expected u, got v' }]
    const card: Happening = ['identityConflict', { claims: 'uuid', other: 'c', why: 'c tells u' }]
    expect(factsAfter([impostor, card]).words).toMatchObject({ told: 'expected u, got v', card: 'c' })
    expect(factsAfter([['identityConflict', { expected: 'u', got: 'w' }]]).words).toMatchObject({
      told: 'w',
      expected: 'u',
    })
  })
})

it('stretches a deadline by the profile’s factor', () => {
  const { run } = runAfter([])
  const slow = { ...run, profile: HardwareProfile.parse({ name: 'slow', deadlineFactor: 3 }) }
  expect(deadlineOf(slow, 'booting')).toBe(900)
  expect(deadlineOf(slow, 'failed')).toBeUndefined()
})
