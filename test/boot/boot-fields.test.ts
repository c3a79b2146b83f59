import { expect, it, test } from 'vitest'
import { bootFields } from '../../src/boot/boot-fields.ts'
import type { BootClient, BootDecision, BootStage } from '../../src/domain/boot.ts'
import { segment } from '../addressing/sample.ts'

const NOTHING = { siaddr: '0.0.0.0', file: '', options: {} }
const LOADER = {
  siaddr: '10.0.0.1',
  file: 'undionly.kpxe',
  options: { tftpServerName: '10.0.0.1', bootFile: 'undionly.kpxe' },
  why: undefined,
}
const SCRIPT = {
  siaddr: '10.0.0.1',
  file: 'http://10.0.0.1:8081/boot/ipxe',
  options: { bootFile: 'http://10.0.0.1:8081/boot/ipxe', ipxe: Uint8Array.of(0xb0, 1, 1) },
  why: undefined,
}

const DECISIONS: Record<BootDecision['kind'], BootDecision> = {
  grant: { kind: 'grant', runId: 'r1', session: 1 },
  hold: { kind: 'hold', runId: 'r1', why: 'not proved' },
  local: { kind: 'local', why: 'no run' },
  ignore: { kind: 'ignore', why: 'not ours' },
}
const client = (stage: BootStage, arch: number | undefined = 0): BootClient => ({
  segment: 'lab',
  mac: '52:54:00:00:00:0a',
  uuid: undefined,
  arch,
  stage,
})

test.each<[BootDecision['kind'], BootStage, unknown]>([
  ['grant', 'firmware', LOADER],
  ['hold', 'firmware', LOADER],
  ['local', 'firmware', { ...NOTHING, why: 'no run' }],
  ['ignore', 'firmware', { ...NOTHING, why: 'not ours' }],
  ['grant', 'ipxe', SCRIPT],
  ['hold', 'ipxe', SCRIPT],
  ['local', 'ipxe', SCRIPT],
  ['ignore', 'ipxe', { ...NOTHING, why: 'not ours' }],
  ['grant', 'os', { ...NOTHING, why: undefined }],
  ['hold', 'os', { ...NOTHING, why: undefined }],
  ['local', 'os', { ...NOTHING, why: undefined }],
  ['ignore', 'os', { ...NOTHING, why: 'not ours' }],
])('%s for %s', (kind, stage, fields) =>
  expect(bootFields(DECISIONS[kind], client(stage), segment, 8081)).toEqual(fields),
)

it('offers nothing to firmware it has no loader for, and says so', () =>
  expect(bootFields(DECISIONS.grant, client('firmware', 7), segment, 8081)).toEqual({
    ...NOTHING,
    why: expect.stringContaining('got 7'),
  }))

it('offers the script to an iPXE of any architecture', () =>
  expect(bootFields(DECISIONS.grant, client('ipxe', 7), segment, 8081)).toEqual(SCRIPT))
