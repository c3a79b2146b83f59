import { expect, it } from 'vitest'
import { readIpxeFeatures } from '../../../src/wire/dhcp4/ipxe-options.ts'
import { decodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { capturedDhcp } from '../../fixtures/captures.ts'

it('P-10: tells what the iPXE of a captured machine can do', () => {
  const captured = capturedDhcp.find(({ file, frame }) => file === 'bios-ipxerom-http.pcap' && frame === 1)!
  const { options } = decodePacket(Buffer.from(captured.payload, 'hex'))
  expect(readIpxeFeatures(options.ipxe!)).toEqual([
    ...['pxe-ext', 'iscsi', 'aoe', 'http', 'tftp', 'dns', 'bzimage', 'multiboot', 'pxe', 'elf', 'menu', 'nfs'],
  ])
})

it('P-10: a feature that is said with a 0 is none', () =>
  expect(readIpxeFeatures(Buffer.from('130100' + '150101', 'hex'))).toEqual(['tftp']))
