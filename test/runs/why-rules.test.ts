import { describe, expect, it, test } from 'vitest'
import { isEnd, RUN_STATE_NAMES } from '../../src/domain/run/run-states.ts'
import { printWhyRules } from '../../src/runs/print-why-rules.ts'
import { explainRun } from '../../src/runs/run-why.ts'
import { UNKNOWN_WORDS } from '../../src/runs/why-facts.ts'
import { WHY_RULES } from '../../src/runs/why-rules.ts'
import { type Happening, runAfter } from './run-sample.ts'
import {
  ADDRESS,
  claims,
  dhcp,
  failed,
  frozen,
  installFailed,
  MAC,
  moved,
  refused,
  ruleAfter,
  session,
  stalled,
  toAgent,
  toBoot,
  toBound,
  toChecking,
  toCopy,
  toDisk,
  toInstaller,
  toInstalling,
  toInstallScript,
  toIpxe,
  toLoader,
  toOwnDisk,
  toProved,
  toRamdisk,
  toScript,
  toSession,
  toSource,
  toWriting,
  toWritten,
} from './run-ways.ts'

/** One case a row of the table: what happened, and the event that ended it where it ended. */
const CASES: [rule: string, happened: Happening[], end?: Happening][] = [
  ['verified', toChecking, 'checksPassed'],
  ['cancelled', toWriting, ['cancelled', { actor: 'ann' }]],
  ['bootCodeUsedTwice', toAgent, frozen('agent.code_used')],
  ['wrongMachine', [...toAgent, ['identityConflict', { expected: 'a', got: 'b' }]], frozen('machine.conflict')],
  ['frozen', toAgent, frozen('machine.other')],
  ['imageRefused', ['grantOpened'], ['imageRefused', { segment: 'seg0', said: 'no approval is on record' }]],
  ['loopBroken', toRamdisk, ['loopBroken', { sessions: 5 }]],
  ['noDisk', toAgent, refused('disk.none')],
  ['noDiskMatches', toAgent, refused('disk.no_rule_match')],
  ['diskAmbiguous', toAgent, refused('disk.ambiguous')],
  ['diskTooSmall', toAgent, refused('disk.too_small')],
  ['profileChanged', toAgent, refused('profile.changed')],
  ['diskRefused', toAgent, refused('disk.other')],
  ['answersRefused', toDisk, ['answersRefused', { code: 'secret.not_found', message: 'expected the secret root' }]],
  ['readBackDiffered', [...toWriting, 'writeFinished'], ['readBackDiffered', { code: 'disk.read_back_differs' }]],
  ['checkFailed', toChecking, ['checkFailed', { check: 'kernel', expected: '6.1', got: '5.10' }]],
  ['nothingToCapture', toSource, failed('capture.nothing_there')],
  ['notGeneralised', toSource, failed('capture.not_generalised')],
  ['captureNotClean', toSource, failed('capture.not_clean')],
  ['captureTooManyChanges', toSource, failed('capture.too_many_changes')],
  ['captureReadFailed', toCopy, failed('disk.read_failed')],
  ['captureDiffered', [...toCopy, 'captureFinished'], ['captureDiffered', { code: 'capture.differs' }]],
  ['captureNotPrepared', toSource],
  ['captureStalled', [...toCopy, stalled('capturing')]],
  ['captureSlow', toCopy],
  ['rereadStalled', [...toCopy, 'captureFinished', stalled('rereading')]],
  ['rereadMissing', [...toCopy, 'captureFinished']],
  ['installerPartMissing', toInstalling, installFailed('install.component_missing')],
  ['installerKernelMismatch', toInstalling, installFailed('install.kernel_mismatch')],
  ['installerNoArchive', toInstalling, installFailed('install.archive_unreachable')],
  ['installerBadSignature', toInstalling, installFailed('install.archive_unsigned')],
  ['installerPackageMissing', toInstalling, installFailed('install.package_missing')],
  ['installerDiskRefused', toInstalling, installFailed('install.disk_refused')],
  ['installerNoAddress', toInstalling, installFailed('install.no_address')],
  ['installerAnswersUnreadable', toInstalling, installFailed('install.answers_unreadable')],
  ['installerCommandFailed', toInstalling, installFailed('install.command_failed')],
  ['installerStepFailed', toInstalling, installFailed('install.step_failed')],
  ['installerSilent', toInstalling, ['installerSilent', { state: 'installing' }]],
  ['installAnswersRefused', toInstaller, ['answersRefused', { code: 'secret.not_found', message: 'expected root' }]],
  ['scriptThenNoInstaller', toInstallScript],
  ['installerKernelWithoutInitrd', [...toInstallScript, 'installerKernelFetched']],
  ['answersNeverAsked', toInstaller],
  ['installerNotDone', toInstalling],
  ['queued', []],
  ['identityConflict', [...toBoot, claims('mac', 'b')]],
  ['otherCardAsked', [...toBoot, claims('uuid', '52:54:00:00:00:02')]],
  ['machineHeld', [...toBoot, ['holdAnswered', { mac: MAC, peer: ADDRESS }]]],
  ['localBootUnderGrant', [...toBoot, ['localBootAnswered', { mac: MAC, peer: ADDRESS }]]],
  ['systemAskedOnly', [...toBoot, dhcp('dhcpOffered', 'os'), dhcp('dhcpBound', 'os')]],
  ['noDhcpSeen', toBoot],
  ['sessionNotOffered', toSession],
  ['offeredNotRequested', [...toSession, dhcp('dhcpOffered', 'firmware'), dhcp('dhcpOffered', 'firmware')]],
  ['loaderNeverAsked', toBound],
  ['loaderBrokenOff', [...toBound, ['loaderAborted', { name: 'snponly.efi', bytes: 1468 }]]],
  ['loaderThenSilence', toLoader],
  ['signedLoaderThenSilence', [...toBound, ['loaderRead', { name: 'grubx64.efi', family: 'shim' }]]],
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
  ['noChunkAsked', [...toDisk, 'writeStarted', stalled('writing')]],
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

test.each<[string, string, Happening[]]>([
  ['a disk that only has to be compared', 'writeSlow', [...toDisk, 'writeStarted']],
  ['chunks in the boot session after a loss of power', 'writeSlow', [...toWriting, session(2), ...toWriting.slice(2)]],
  [
    'no chunk in that session, and bytes that stand still',
    'noChunkAsked',
    [...[...toWriting, session(2), ...toWriting.slice(2, -1), stalled('writing')]],
  ],
  ['a standstill that is over', 'writeSlow', [...toWriting, stalled('writing'), moved('writing')]],
  ['a second standstill', 'writeStalled', [...toWriting, stalled('writing'), moved('writing'), stalled('writing')]],
  [
    'a standstill of the read-back that is over',
    'readBackMissing',
    [...[...toWriting, 'writeFinished' as const, stalled('readingBack'), moved('readingBack')]],
  ],
])('%s: %s', (_what, rule, happened) => {
  expect(ruleAfter(happened)).toBe(rule)
  expect(ruleAfter([...happened, 'timedOut'])).toBe(rule)
})

test.each<[string, string, Happening[]]>([
  [
    'another card of the board asks while the registered one boots',
    'scriptThenNoKernel',
    [...toScript, claims('uuid', 'c')],
  ],
  [
    'another card asked first, then the registered one',
    'scriptThenNoKernel',
    [...[...toBoot, claims('uuid', 'c'), ...toScript.slice(1)]],
  ],
  [
    'an impostor asked in the session, and the machine went on',
    'scriptThenNoKernel',
    [...[...toBound, claims('mac', 'c'), ...toScript.slice(toBound.length)]],
  ],
  ['an impostor is the last that was heard', 'identityConflict', [...toBound, claims('mac', 'c')]],
  [
    'an operating system’s packet after the impostor is no network boot',
    'identityConflict',
    [...[...toBoot, claims('mac', 'c'), dhcp('dhcpBound', 'os')]],
  ],
  [
    'an old system asks from the registered card, its firmware from another',
    'otherCardAsked',
    [...[...toBoot, claims('uuid', 'c'), dhcp('dhcpBound', 'os')]],
  ],
])('%s: %s', (_what, rule, happened) => expect(ruleAfter(happened)).toBe(rule))
