import { expect, it, test } from 'vitest'
import { bootFields } from '../../src/boot/boot-fields.ts'
import { FIRMWARE } from '../../src/boot/firmware.ts'
import type { BootClient, BootDecision, BootStage } from '../../src/domain/boot.ts'
import type { Options } from '../../src/wire/dhcp4/options.ts'
import { segment } from '../addressing/sample.ts'

const hex = (text: string): string => Buffer.from(text).toString('hex')
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
  menu: { kind: 'menu', why: 'not registered' },
  ignore: { kind: 'ignore', why: 'not ours' },
}
/** The decision under which firmware is given the loader of this name. */
const loading = (kind: 'grant' | 'hold', name: string | undefined, why = 'chosen'): BootDecision => ({
  ...(DECISIONS[kind] as Extract<BootDecision, { kind: 'grant' | 'hold' }>),
  loader: { name, why },
})
const client = (stage: BootStage, arch: number | undefined = 0): BootClient => ({
  segment: 'lab',
  mac: '52:54:00:00:00:0a',
  uuid: undefined,
  arch,
  stage,
})

const mayLoad = (kind: BootDecision['kind']): kind is 'grant' | 'hold' => kind === 'grant' || kind === 'hold'

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
  expect(
    bootFields(mayLoad(kind) ? loading(kind, 'undionly.kpxe') : DECISIONS[kind], client(stage), segment, 8081),
  ).toEqual(fields),
)

it('offers nothing to firmware it has no loader for, and says so', () =>
  expect(bootFields(DECISIONS.grant, client('firmware', 27), segment, 8081)).toEqual({
    ...NOTHING,
    why: expect.stringContaining('got 27'),
  }))

it('offers nothing where the loader is not there, and says what to do', () =>
  expect(bootFields(loading('grant', undefined, 'put it there'), client('firmware', 11), segment, 8081)).toEqual({
    ...NOTHING,
    why: 'put it there',
  }))

/** H-05: a URL for those who fetch by HTTP and for them only; P-09: option 67 holds what the file field holds. */
test.each(
  FIRMWARE.flatMap(({ arch, by, loaders }) => Object.values(loaders).map(({ name }) => [arch, name, by] as const)),
)('gives architecture %s the loader %s in the form that it fetches: %s', (arch, name, by) => {
  const { file, options } = bootFields(loading('grant', name), client('firmware', arch), segment, 8081)
  const url = `http://10.0.0.1:8081/boot/loader/${name}`
  expect([file, options.bootFile, options.vendorClass]).toEqual(
    by === 'http' ? ['', url, 'HTTPClient'] : [name, name, undefined],
  )
})

test.each([
  [7, 'snponly.efi', { tftpServerName: '10.0.0.1', bootFile: 'snponly.efi' }],
  [9, 'snponly.efi', { tftpServerName: '10.0.0.1', bootFile: 'snponly.efi' }],
  // A URL and nothing by TFTP: either in the other's offer is an error (UEFI 2.10 §24.7).
  [16, '', { vendorClass: 'HTTPClient', bootFile: 'http://10.0.0.1:8081/boot/loader/snponly.efi' }],
])('offers UEFI firmware of architecture %s what it can fetch', (arch, file, options) => {
  const given = bootFields(loading('grant', 'snponly.efi'), client('firmware', arch), segment, 8081)
  expect(given).toEqual({ siaddr: '10.0.0.1', file, options, why: undefined })
  expect(bootFields(loading('hold', 'snponly.efi'), client('firmware', arch), segment, 8081)).toEqual(given)
})

const MENU = Buffer.from(`060103090b000008${hex('own disk')}0a0900${hex('own disk')}ff`, 'hex')
test.each<[number, Options]>([
  [0, {}],
  [7, { vendorClass: 'PXEClient', vendorSpecific: MENU }],
  [9, { vendorClass: 'PXEClient', vendorSpecific: MENU }],
  [16, { vendorClass: 'HTTPClient', bootFile: 'http://10.0.0.1:8081/boot/none.efi' }],
])('sends firmware of architecture %s to its own disk where no grant is, with no file that exists', (arch, options) =>
  expect(bootFields(DECISIONS.local, client('firmware', arch), segment, 8081)).toEqual({
    ...{ siaddr: '0.0.0.0', file: '', options, why: 'no run' },
  }),
)

it('offers the script to an iPXE of any architecture', () =>
  expect(bootFields(DECISIONS.grant, client('ipxe', 7), segment, 8081)).toEqual(SCRIPT))
