import { expect, it, test } from 'vitest'
import { readBootClient } from '../../src/boot/boot-client.ts'
import { encodeOptions, type Options } from '../../src/wire/dhcp4/options.ts'
import { type DhcpPacket, decodePacket } from '../../src/wire/dhcp4/packet.ts'
import { capturedDhcp } from '../fixtures/captures.ts'

const captured = capturedDhcp
  .filter(({ op }) => op === 1)
  .map((seen) => ({ ...seen, packet: decodePacket(Buffer.from(seen.payload, 'hex')) }))

test.each(captured)('$file frame $frame: arch $arch, user class $uc', ({ packet, arch, uc }) =>
  expect(readBootClient('lab', packet)).toMatchObject({
    segment: 'lab',
    mac: expect.stringMatching(/^52:54:00:77:/),
    stage: uc === 'iPXE' ? 'ipxe' : 'firmware',
    arch: Number.parseInt(arch!, 16),
    uuid: packet.options.machineUuid,
  }),
)

const [sample] = captured
const withOptions = (options: Options): DhcpPacket => ({ ...sample!.packet, options, raw: encodeOptions(options) })
const read = (options: Options) => readBootClient('lab', withOptions(options))

test.each<[string, Options, string]>([
  ['an operating system, which sends no class', { hostName: 'n1' }, 'os'],
  ['an operating system of another class', { vendorClass: 'udhcp 1.35.0' }, 'os'],
  ['a PXE ROM', { vendorClass: 'PXEClient:Arch:00000:UNDI:002001' }, 'firmware'],
  ['UEFI HTTP boot', { vendorClass: 'HTTPClient:Arch:00016:UNDI:003000' }, 'firmware'],
  ['a class in another case (PXE 2.1 compares exactly)', { vendorClass: 'pxeclient' }, 'os'],
  ['iPXE above a PXE ROM', { vendorClass: 'PXEClient', userClass: ['iPXE'] }, 'ipxe'],
  ['iPXE among several user classes', { userClass: ['lab', 'iPXE'] }, 'ipxe'],
])('takes %s for what it is', (_name, options, stage) => expect(read(options).stage).toBe(stage))

it('takes the first listed architecture that has a loader, else the first', () => {
  expect(read({ clientArch: [27, 7] }).arch).toBe(7)
  expect(read({ clientArch: [27, 28] }).arch).toBe(27)
  expect(read({}).arch).toBeUndefined()
})

it.each(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])(
  'takes the UUID %s for none, as OVMF sends it without one',
  (machineUuid) => expect(read({ machineUuid }).uuid).toBeUndefined(),
)
