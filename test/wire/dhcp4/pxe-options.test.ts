import { expect, it, test } from 'vitest'
import { decodePxeOptions, encodePxeOptions, type PxeOptions } from '../../../src/wire/dhcp4/pxe-options.ts'

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')

test.each<[string, string, PxeOptions]>([
  ['the discovery control', '060108', { discoveryControl: 8 }],
  ['the discovery address', '0704e0000102', { discoveryMulticast: '224.0.1.2' }],
  [
    'boot servers, one of them without an address',
    '080a' + '0001010a4d0001' + '000200',
    {
      bootServers: [
        { type: 1, addresses: ['10.77.0.1'] },
        { type: 2, addresses: [] },
      ],
    },
  ],
  [
    'a menu',
    '090c' + '0000046469736b' + '0001026f73',
    {
      bootMenu: [
        { type: 0, says: 'disk' },
        { type: 1, says: 'os' },
      ],
    },
  ],
  ['a prompt', '0a0500626f6f74', { menuPrompt: { seconds: 0, says: 'boot' } }],
  ['a boot item', '470400018000', { bootItem: { type: 1, layer: 0x8000 } }],
])('P-04: %s is read and written', (_, wire, options) => {
  expect(decodePxeOptions(hex(`${wire}ff`))).toEqual(options)
  expect(Buffer.from(encodePxeOptions(options)).toString('hex')).toBe(`${wire}ff`)
})

it('P-04: skips pads and MTFTP, and ends at 255', () =>
  expect(decodePxeOptions(hex('00' + '0104e0000101' + '060103' + 'ff' + '060108'))).toEqual({ discoveryControl: 3 }))

test.each([
  ['reserved bits of the discovery control', '060118'],
  ['a menu item without a description', '0903000000'],
  ['a boot server that is cut short', '08050001010a4d'],
  ['a list that ends in its type', '08020001'],
  ['a boot item of three bytes', '4703000180'],
  ['a suboption that is cut short', '060208'],
])('P-04: refuses %s', (_, wire) =>
  expect(() => decodePxeOptions(hex(wire))).toThrow(expect.objectContaining({ code: 'dhcp.malformed' })),
)
