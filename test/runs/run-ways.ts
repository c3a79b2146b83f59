import { explainRun } from '../../src/runs/run-why.ts'
import { type Happening, runAfter } from './run-sample.ts'

export const MAC = '52:54:00:00:00:01'
export const ADDRESS = '10.77.0.50'
export const dhcp = (type: 'dhcpOffered' | 'dhcpBound', stage: string): Happening => [
  type,
  { mac: MAC, stage, answer: type === 'dhcpBound' ? 'ack' : 'offer', address: ADDRESS },
]
export const session = (number: number): Happening => [
  'sessionOpened',
  { session: number, mac: MAC, stage: 'firmware' },
]
export const chosen: Happening = ['diskChosen', { disk: 'vda', bytes: 1 << 30 }]

/** What happens to a run that is started by BIOS, up to each place on its way. */
export const toBoot: Happening[] = ['grantOpened']
export const toSession: Happening[] = [...toBoot, session(1)]
export const toBound: Happening[] = [...toSession, dhcp('dhcpOffered', 'firmware'), dhcp('dhcpBound', 'firmware')]
export const toLoader: Happening[] = [...toBound, ['loaderRead', { mac: MAC, name: 'undionly.kpxe', bytes: 70000 }]]
export const toIpxe: Happening[] = [...toLoader, dhcp('dhcpOffered', 'ipxe'), dhcp('dhcpBound', 'ipxe')]
export const toScript: Happening[] = [...toIpxe, ['scriptFetched', { peer: ADDRESS, session: 1 }]]
export const toRamdisk: Happening[] = [...toScript, 'kernelFetched', 'ramdiskFetched']
export const toAgent: Happening[] = [
  ...toRamdisk,
  dhcp('dhcpBound', 'os'),
  ['codeExchanged', { session: 1, peer: ADDRESS }],
]
export const toDisk: Happening[] = [...toAgent, 'inventoryTaken', chosen]
export const toWriting: Happening[] = [...toDisk, 'writeStarted', 'firstChunkServed']
export const toProved: Happening[] = [...toWriting, 'writeFinished', 'readBackMatched']
export const toWritten: Happening[] = [...toProved, 'seeded', 'grantClosed']
export const toOwnDisk: Happening[] = [...toWritten, dhcp('dhcpBound', 'ipxe'), 'localBootAnswered']
export const toChecking: Happening[] = [...toOwnDisk, dhcp('dhcpBound', 'os'), ['factsReceived', { peer: ADDRESS }]]

/** An installation, up to its boot script, to the installer's start and to its answers. */
export const toInstallScript: Happening[] = [['created', { kind: 'install' }], ...toScript]
export const toInstaller: Happening[] = [...toInstallScript, 'installerKernelFetched', 'installerFetched']
export const toInstalling: Happening[] = [...toInstaller, ['answersFetched', { file: 'preseed.cfg', session: 1 }]]
export const installFailed = (code: string): Happening => ['installerFailed', { code, message: `${code}: told` }]

/** A capture, up to the choice of its disk and to its generalised copy. */
export const toSource: Happening[] = [...toAgent, 'inventoryTaken', ['sourceChosen', { disk: 'vda', bytes: 1 << 30 }]]
export const toCopy: Happening[] = [...toSource, 'generalised']

export const failed = (code: string): Happening => ['agentFailed', { code, message: `${code}: told` }]
export const refused = (code: string): Happening => [
  'diskRefused',
  { code, message: 'expected …, saw vda (1073741824 bytes, serial unknown)' },
]
export const stalled = (step: string): Happening => ['progressStalled', { step, doneBytes: 3 << 20, seconds: 31 }]
export const moved = (step: string): Happening => ['progressMoved', { step, doneBytes: 4 << 20 }]
export const claims = (what: 'mac' | 'uuid', other: string): Happening => [
  'identityConflict',
  { claims: what, other, why: `${other} tells another` },
]
export const frozen = (code: string): Happening => ['frozen', { code, session: 1, peer: '10.77.0.66' }]

/** The row of the table that fits what happened. */
export const ruleAfter = (happened: Happening[]): string => {
  const { run, events, at } = runAfter(happened)
  return explainRun(run, events, at).rule
}
