import { describe, expect, it, test } from 'vitest'
import { isEnd, RUN_STATE_NAMES, RUN_STATES } from '../../src/domain/run/run-states.ts'
import { printWhyRules } from '../../src/runs/print-why-rules.ts'
import { explainFailure, explainRun } from '../../src/runs/run-why.ts'
import { UNKNOWN_WORDS } from '../../src/runs/why-facts.ts'
import { WHY_RULES } from '../../src/runs/why-rules.ts'
import { type Happening, runAfter } from './run-sample.ts'

const MAC = '52:54:00:00:00:01'
const ADDRESS = '10.77.0.50'
const dhcp = (type: 'dhcpOffered' | 'dhcpBound', stage: string): Happening => [
  type,
  { mac: MAC, stage, answer: type === 'dhcpBound' ? 'ack' : 'offer', address: ADDRESS },
]
const session = (number: number): Happening => ['sessionOpened', { session: number, mac: MAC, stage: 'firmware' }]
const chosen: Happening = ['diskChosen', { disk: 'vda', bytes: 1 << 30 }]

const toBoot: Happening[] = ['grantOpened']
const toSession: Happening[] = [...toBoot, session(1)]
const toBound: Happening[] = [...toSession, dhcp('dhcpOffered', 'firmware'), dhcp('dhcpBound', 'firmware')]
const toLoader: Happening[] = [...toBound, ['loaderRead', { mac: MAC, name: 'undionly.kpxe', bytes: 70000 }]]
const toIpxe: Happening[] = [...toLoader, dhcp('dhcpOffered', 'ipxe'), dhcp('dhcpBound', 'ipxe')]
const toScript: Happening[] = [...toIpxe, ['scriptFetched', { peer: ADDRESS, session: 1 }]]
const toRamdisk: Happening[] = [...toScript, 'kernelFetched', 'ramdiskFetched']
const toAgent: Happening[] = [...toRamdisk, dhcp('dhcpBound', 'os'), ['codeExchanged', { session: 1, peer: ADDRESS }]]
const toDisk: Happening[] = [...toAgent, 'inventoryTaken', chosen]
const toWriting: Happening[] = [...toDisk, 'writeStarted', 'firstChunkServed']
const toProved: Happening[] = [...toWriting, 'writeFinished', 'readBackMatched']
const toWritten: Happening[] = [...toProved, 'seeded', 'grantClosed']
const toOwnDisk: Happening[] = [...toWritten, dhcp('dhcpBound', 'ipxe'), 'localBootAnswered']
const toChecking: Happening[] = [...toOwnDisk, dhcp('dhcpBound', 'os'), ['factsReceived', { peer: ADDRESS }]]

const failed = (code: string): Happening => ['agentFailed', { code, message: `${code}: told` }]
const refused = (code: string): Happening => [
  'diskRefused',
  { code, message: 'expected …, saw vda (1073741824 bytes, serial unknown)' },
]
const stalled = (step: string): Happening => ['progressStalled', { step, doneBytes: 3 << 20, seconds: 31 }]
const frozen = (code: string): Happening => ['frozen', { code, session: 1, peer: '10.77.0.66' }]

/** One case a row of the table: what happened, and the event that ended it where it ended. */
const CASES: [rule: string, happened: Happening[], end?: Happening][] = [
  ['verified', toChecking, 'checksPassed'],
  ['cancelled', toWriting, ['cancelled', { actor: 'ann' }]],
  ['bootCodeUsedTwice', toAgent, frozen('agent.code_used')],
  ['wrongMachine', [...toAgent, ['identityConflict', { expected: 'a', got: 'b' }]], frozen('machine.conflict')],
  ['frozen', toAgent, frozen('machine.other')],
  ['loopBroken', toRamdisk, ['loopBroken', { sessions: 5 }]],
  ['noDisk', toAgent, refused('disk.none')],
  ['noDiskMatches', toAgent, refused('disk.no_rule_match')],
  ['diskAmbiguous', toAgent, refused('disk.ambiguous')],
  ['diskTooSmall', toAgent, refused('disk.too_small')],
  ['diskRefused', toAgent, refused('disk.other')],
  ['readBackDiffered', [...toWriting, 'writeFinished'], ['readBackDiffered', { code: 'disk.read_back_differs' }]],
  ['checkFailed', toChecking, ['checkFailed', { check: 'kernel', expected: '6.1', got: '5.10' }]],
  ['queued', []],
  ['identityConflict', [...toBoot, ['identityConflict', { claims: 'mac', other: 'b', why: 'expected UUID a, got b' }]]],
  ['machineHeld', [...toBoot, ['holdAnswered', { mac: MAC, peer: ADDRESS }]]],
  ['localBootUnderGrant', [...toBoot, ['localBootAnswered', { mac: MAC, peer: ADDRESS }]]],
  ['systemAskedOnly', [...toBoot, dhcp('dhcpOffered', 'os'), dhcp('dhcpBound', 'os')]],
  ['noDhcpSeen', toBoot],
  ['sessionNotOffered', toSession],
  ['offeredNotRequested', [...toSession, dhcp('dhcpOffered', 'firmware'), dhcp('dhcpOffered', 'firmware')]],
  ['loaderNeverAsked', toBound],
  ['loaderBrokenOff', [...toBound, ['loaderAborted', { name: 'snponly.efi', bytes: 1468 }]]],
  ['loaderThenSilence', toLoader],
  ['scriptNeverAsked', toIpxe],
  ['scriptThenNoKernel', toScript],
  ['kernelWithoutRamdisk', [...toScript, 'kernelFetched']],
  ['agentWithoutAddress', toRamdisk],
  ['agentWithoutWord', [...toRamdisk, dhcp('dhcpOffered', 'os'), dhcp('dhcpBound', 'os')]],
  ['chunkCorrupt', toWriting, failed('image.chunk_corrupt')],
  ['chunkMissing', toWriting, failed('image.chunk_missing')],
  ['bodyTruncated', toWriting, failed('image.body_truncated')],
  ['imageNotTrusted', toDisk, failed('image.signature')],
  ['writeFailed', toWriting, failed('disk.write_failed')],
  ['agentRefused', toWriting, failed('agent.token_refused')],
  ['agentFailed', toProved, failed('program.failed')],
  ['agentSilentWriting', toWriting, ['agentSilent', { state: 'writing' }]],
  ['agentSilent', toProved, ['agentSilent', { state: 'seeding' }]],
  ['inventoryMissing', toAgent],
  ['diskNotChosen', [...toAgent, 'inventoryTaken']],
  ['writeNotBegun', toDisk],
  ['noChunkAsked', [...toDisk, 'writeStarted']],
  ['writeStalled', [...toWriting, stalled('writing')]],
  ['writeSlow', toWriting],
  ['readBackStalled', [...toWriting, 'writeFinished', stalled('readingBack')]],
  ['readBackMissing', [...toWriting, 'writeFinished']],
  ['seedMissing', toProved],
  ['systemUpWithoutFacts', [...toOwnDisk, dhcp('dhcpBound', 'os')]],
  ['heldAfterWriting', [...toWritten, ['holdAnswered', { peer: ADDRESS }]]],
  ['restartedWithoutFacts', [...toWritten, dhcp('dhcpOffered', 'firmware')]],
  ['restartedAndSilent', toWritten],
  ['ownDiskSilent', toOwnDisk],
  ['checksHang', toChecking],
]

describe('the table of reasons', () => {
  const waiting = CASES.filter(([, , end]) => end === undefined)

  test.each(CASES)('%s is what a run shows that it fits', (rule, happened, end) => {
    const { run, events, at } = runAfter(end === undefined ? happened : [...happened, end])
    const why = explainRun(run, events, at + 5000)
    expect(why.rule).toBe(rule)
    expect([why.message, why.missingStep, why.remedy, ...why.likelyCauses].join(' ')).not.toMatch(/[{}]|undefined/)
    expect(why.waiting === undefined).toBe(end !== undefined)
  })

  test.each(waiting)('%s stays the reason when the deadline of the open run passes', (rule, happened) => {
    const { run, events, at } = runAfter([...happened, 'timedOut'])
    expect(run.state).toBe('failed')
    expect(explainRun(run, events, at).rule).toBe(rule)
  })

  it('has a case for every row but the last, and no id twice', () => {
    expect([...CASES.map(([rule]) => rule), 'unknown'].sort()).toEqual(WHY_RULES.map(({ id }) => id).sort())
  })

  it('names no word that facts do not have', () => {
    const texts = WHY_RULES.flatMap((row) => [row.missingStep, row.got ?? '', row.remedy, ...row.likelyCauses])
    const words = texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, word]) => word))
    expect(words.length).toBeGreaterThan(20)
    for (const word of words) expect(UNKNOWN_WORDS).toHaveProperty(word!)
  })

  it('answers in every state, whatever was seen', () => {
    for (const state of RUN_STATE_NAMES.filter((one) => !isEnd(one))) {
      const { run, events, at } = runAfter([])
      expect(explainRun({ ...run, state }, events, at).missingStep, state).not.toBe('')
    }
  })

  it('is what docs/how-to/find-out-why-a-run-stopped.md shows', async () => {
    await expect(printWhyRules()).toMatchFileSnapshot('../../docs/how-to/find-out-why-a-run-stopped.md')
  })
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
  const ruleAfter = (happened: Happening[]) => {
    const { run, events, at } = runAfter(happened)
    return explainRun(run, events, at).rule
  }
  expect(ruleAfter(probed)).toBe('loaderBrokenOff')
  expect(ruleAfter([...probed, ['loaderFetched', { name: 'snponly.efi' }]])).toBe('loaderThenSilence')
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
    inventorying: toAgent,
    writing: toWriting,
    readingBack: [...toWriting, 'writeFinished'],
    seeding: toProved,
    written: toWritten,
    bootingOwnDisk: toOwnDisk,
    checking: toChecking,
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
})
