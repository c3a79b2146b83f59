import { expect, it, test } from 'vitest'
import { decodeOptions, encodeOptions, OPTIONS, type Options } from '../../../src/wire/dhcp4/options.ts'

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')

const rows: [keyof Options, number, string, Options][] = [
  ['subnetMask', 1, 'ffffff00', { subnetMask: '255.255.255.0' }],
  ['routers', 3, '0a4d0001', { routers: ['10.77.0.1'] }],
  ['dnsServers', 6, '0a4d00010a4d0002', { dnsServers: ['10.77.0.1', '10.77.0.2'] }],
  ['hostName', 12, '6e31', { hostName: 'n1' }],
  ['domainName', 15, '6c61622e74657374', { domainName: 'lab.test' }],
  ['broadcastAddress', 28, '0a4d00ff', { broadcastAddress: '10.77.0.255' }],
  ['ntpServers', 42, '0a4d0001', { ntpServers: ['10.77.0.1'] }],
  ['vendorSpecific', 43, '060108', { vendorSpecific: hex('060108') }],
  ['requestedAddress', 50, '0a4d0064', { requestedAddress: '10.77.0.100' }],
  ['leaseSeconds', 51, '00000e10', { leaseSeconds: 3600 }],
  ['overload', 52, '03', { overload: 3 }],
  ['messageType', 53, '01', { messageType: 'discover' }],
  ['serverId', 54, '0a4d0001', { serverId: '10.77.0.1' }],
  ['requestedOptions', 55, '010306', { requestedOptions: [1, 3, 6] }],
  ['message', 56, '6e6f', { message: 'no' }],
  ['maxMessageBytes', 57, 'ff00', { maxMessageBytes: 65280 }],
  ['renewalSeconds', 58, '00000708', { renewalSeconds: 1800 }],
  ['rebindingSeconds', 59, '00000c4e', { rebindingSeconds: 3150 }],
  ['vendorClass', 60, '505845436c69656e74', { vendorClass: 'PXEClient' }],
  ['clientId', 61, '01525400770101', { clientId: hex('01525400770101') }],
  ['tftpServerName', 66, '31302e302e302e31', { tftpServerName: '10.0.0.1' }],
  ['bootFile', 67, '612e65666900', { bootFile: 'a.efi' }],
  ['userClass', 77, '0469505845', { userClass: ['iPXE'] }],
  ['relayAgent', 82, '0104deadbeef', { relayAgent: hex('0104deadbeef') }],
  ['clientArch', 93, '00060007', { clientArch: [6, 7] }],
  ['networkInterface', 94, '010300', { networkInterface: hex('010300') }],
  ['machineUuid', 97, '0033221100554477668899aabbccddeeff', { machineUuid: '00112233-4455-6677-8899-aabbccddeeff' }],
  ['classlessRoutes', 121, '180a02030a4d00fe', { classlessRoutes: [{ to: '10.2.3.0/24', via: '10.77.0.254' }] }],
  ['tftpServers', 150, '0a4d00010a4d0002', { tftpServers: ['10.77.0.1', '10.77.0.2'] }],
  ['ipxe', 175, 'b00101', { ipxe: hex('b00101') }],
  ['pxelinuxMagic', 208, 'f100747e', { pxelinuxMagic: hex('f100747e') }],
  ['pxelinuxConfigFile', 209, '612e636667', { pxelinuxConfigFile: 'a.cfg' }],
  ['pxelinuxPathPrefix', 210, '6c61622f', { pxelinuxPathPrefix: 'lab/' }],
  ['pxelinuxRebootSeconds', 211, '0000003c', { pxelinuxRebootSeconds: 60 }],
]
test.each(rows)('%s is option %i', (name, code, wire, options) => {
  expect(decodeOptions(new Map([[code, hex(wire)]]))).toEqual(options)
  const written = encodeOptions(options)
  expect([...written.keys()]).toEqual([code])
  expect(decodeOptions(written)).toEqual(options)
  expect(OPTIONS[name].code).toBe(code)
})

it('has a test row for every row of the table', () =>
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(OPTIONS).sort()))

it('has no code twice', () => {
  const codes = Object.values(OPTIONS).map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
})

it('keeps the order of the packet', () =>
  expect(
    Object.keys(
      decodeOptions(
        new Map([
          [60, hex('61')],
          [12, hex('62')],
          [53, hex('01')],
        ]),
      ),
    ),
  ).toEqual(['vendorClass', 'hostName', 'messageType']))

it('passes over options that are not in the table', () =>
  expect(decodeOptions(new Map([[224, hex('00')]]))).toEqual({}))

it('names the option that is malformed', () =>
  expect(() => decodeOptions(new Map([[93, hex('00')]]))).toThrow(
    'option 93 (clientArch), list: expected a multiple of 2 bytes, not 0, got 1',
  ))
