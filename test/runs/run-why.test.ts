import { describe, expect, it, test } from 'vitest'
import { RUN_STATE_NAMES, RUN_STATES } from '../../src/domain/run/run-states.ts'
import { explainFailure, explainRun } from '../../src/runs/run-why.ts'
import { type Happening, runAfter } from './run-sample.ts'
import {
  ADDRESS,
  claims,
  dhcp,
  failed,
  MAC,
  refused,
  ruleAfter,
  session,
  stalled,
  toAgent,
  toBoot,
  toBound,
  toChecking,
  toCopy,
  toInstaller,
  toInstalling,
  toLoader,
  toOwnDisk,
  toProved,
  toRamdisk,
  toSession,
  toSource,
  toWriting,
  toWritten,
} from './run-ways.ts'

it('names the card that is not registered, and the identity that was told with the registered one', () => {
  const { run, events, at } = runAfter([...toBoot, claims('mac', 'v'), claims('uuid', 'c')])
  expect(explainRun(run, events, at).message).toContain('got v tells another')
  const other = runAfter([...toBoot, claims('uuid', 'c')])
  const why = explainRun(other.run, other.events, at)
  expect(why.message).toBe(
    'expected a network boot of m1 from a registered card, got a DHCP packet of c with the UUID of m1',
  )
  expect(why.remedy).toContain('If c is a card of m1, register its MAC too')
})

it('admits that it does not know an end that no row tells of', () => {
  const { run, events, at } = runAfter(toWriting)
  const end = { seq: events.length + 1, runId: 'r', at, type: 'chunkRetried', to: 'failed', detail: {} } as const
  const why = explainRun({ ...run, state: 'failed', endedAt: at }, [...events, end], at)
  expect([why.rule, why.missingStep]).toEqual(['unknown', 'the next step after writing'])
})

it('counts only what was seen since the newest network boot', () => {
  const { run, events, at } = runAfter([...toWriting, session(2), dhcp('dhcpOffered', 'firmware')])
  expect(explainRun(run, events, at).rule).toBe('offeredNotRequested')
})

it('takes a loader by HTTP for one by TFTP, and the question for its size for no loader', () => {
  const probed: Happening[] = [...toBound, ['loaderProbed', { name: 'snponly.efi' }]]
  expect(ruleAfter(probed)).toBe('loaderBrokenOff')
  expect(ruleAfter([...probed, ['loaderFetched', { name: 'snponly.efi' }]])).toBe('loaderThenSilence')
})

it('blames the loader that was read last', () => {
  const shim: Happening[] = [...toBound, ['loaderFetched', { name: 'slipway.img', family: 'shim' }]]
  expect(ruleAfter(shim)).toBe('signedLoaderThenSilence')
  expect(ruleAfter([...shim, ['loaderRead', { name: 'snponly.efi', family: 'ipxe' }]])).toBe('loaderThenSilence')
})

it('names the last evidence, which no word of a person or the timer is', () => {
  const { run, events, at } = runAfter([...toLoader, 'timedOut'])
  expect(explainRun(run, events, at).lastEvidence?.type).toBe('loaderRead')
  expect(explainRun(runAfter(toBoot).run, runAfter(toBoot).events, at).lastEvidence).toBeUndefined()
})

it('fills in who, where and for how long', () => {
  const { run, events, at } = runAfter([...toSession, dhcp('dhcpOffered', 'firmware')])
  const why = explainRun(run, events, at + 60_000)
  expect(why.message).toBe(`expected a DHCP REQUEST for ${ADDRESS}, got only DISCOVERs of ${MAC}, for 1 min 01 s`)
  expect(why.waiting).toEqual({ seconds: 61, usualSeconds: 90, deadlineSeconds: 300 })
})

it('says how many bytes were done when the transfer stood still, and for how long', () => {
  const { run, events, at } = runAfter([...toWriting, stalled('writing')])
  expect(explainRun(run, events, at).message).toBe(
    'expected more bytes written to vda, got reports of the agent, and the same 3.0 MiB for 31.0 s or longer',
  )
})

it('blames no standstill of the writing on the read-back that follows', () => {
  const { run, events, at } = runAfter([...toWriting, stalled('writing'), 'writeFinished'])
  expect(explainRun(run, events, at).rule).toBe('readBackMissing')
})

it('quotes the disks that the server saw when it refused', () => {
  const { run, events, at } = runAfter([...toAgent, refused('disk.no_rule_match')])
  const why = explainRun(run, events, at)
  expect(why.message).toContain('vda (1073741824 bytes')
  expect(why.missingStep).toBe('a disk that matches “by: only”')
})

describe('the cause stored with a failed run', () => {
  const timed = RUN_STATE_NAMES.filter((state) => RUN_STATES[state].on.timedOut)
  const WAY: Partial<Record<(typeof timed)[number], Happening[]>> = {
    queued: [],
    awaitingBoot: toBoot,
    booting: toBound,
    startingAgent: toRamdisk,
    startingInstaller: toInstaller,
    installing: toInstalling,
    inventorying: toAgent,
    writing: toWriting,
    readingBack: [...toWriting, 'writeFinished'],
    seeding: toProved,
    written: toWritten,
    bootingOwnDisk: toOwnDisk,
    checking: toChecking,
    capturing: toSource,
    rereading: [...toCopy, 'captureFinished'],
  }

  test.each(timed)('has the code run.timed_out_%s after its deadline', (state) => {
    const { run, events, at } = runAfter([...WAY[state]!, ['timedOut', { state }]])
    expect(explainFailure(run, events, at).code).toBe(`run.timed_out_${state}`)
  })

  test.each<[string, Happening]>([
    ['disk.none', refused('disk.none')],
    ['image.chunk_corrupt', failed('image.chunk_corrupt')],
    ['run.loopBroken', ['loopBroken', { sessions: 5 }]],
    ['run.agentSilent', ['agentSilent', { state: 'writing' }]],
  ])('has the code %s of the event that ended it', (code, end) => {
    const { run, events, at } = runAfter([...(end[0] === 'agentSilent' ? toWriting : toAgent), end])
    const cause = explainFailure(run, events, at)
    expect(cause.code).toBe(code)
    expect(cause.missingStep).toBe(explainRun(run, events, at).missingStep)
  })
  it('is the last row of the table where the table itself fails: a run must end', () => {
    const { run, events, at } = runAfter([...toWriting, ['timedOut', { state: 'writing' }]])
    // A profile of an older version: it has no rule for the disk.
    const broken = { ...run, profile: {} as typeof run.profile }
    expect(() => explainRun(broken, events, at)).toThrow()
    expect(explainFailure(broken, events, at)).toMatchObject({
      code: 'run.timed_out_writing',
      message: expect.stringMatching(/^expected the next step after writing, got a run that can not be explained: Ty/),
      missingStep: 'the next step after writing',
    })
  })
})
