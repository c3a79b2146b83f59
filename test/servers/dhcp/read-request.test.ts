import { expect, it, test } from 'vitest'
import { readBootClient } from '../../../src/boot/boot-client.ts'
import { readRequest } from '../../../src/servers/dhcp/read-request.ts'
import { MAC, packetFrom, requestFrom, segment } from './sample.ts'

test.each(['discover', 'request', 'decline', 'release', 'inform'] as const)('answers a %s', (messageType) =>
  expect(requestFrom(packetFrom({ messageType })).type).toBe(messageType),
)

test.each([
  ['a reply', packetFrom({ messageType: 'offer' }, { op: 2 }), 'expected op 1 (request), got 2'],
  [
    'InfiniBand',
    packetFrom({ messageType: 'discover' }, { htype: 32, chaddr: Buffer.alloc(0) }),
    'expected Ethernet (htype 1, 6 bytes), got htype 32, 0 bytes',
  ],
  ['BOOTP', packetFrom({ hostName: 'old' }), 'a BOOTP request (no option 53), and BOOTP is not served'],
  ['an OFFER from a client', packetFrom({ messageType: 'offer' }), 'a offer message is not for a server of leases'],
  ['a lease query', packetFrom({ messageType: 'leaseQuery' }), 'a leaseQuery message is not for a server of leases'],
])('does not answer %s, and says why', (_name, packet, why) =>
  expect(readRequest(packet, readBootClient('lab', packet), { segment, serverId: segment.address })).toEqual({ why }),
)

it('reads who asks for the address', () => {
  const options = {
    messageType: 'discover',
    hostName: 'n1',
    clientId: Buffer.from('0152', 'hex'),
    machineUuid: '00112233-4455-6677-8899-aabbccddeeff',
  } as const
  expect(requestFrom(packetFrom(options)).lease).toEqual({
    key: 'id:0152',
    mac: MAC,
    uuid: options.machineUuid,
    hostName: 'n1',
  })
  expect(requestFrom(packetFrom({ messageType: 'discover', hostName: '' })).lease).toEqual({
    key: `hw:1:${MAC}`,
    mac: MAC,
    uuid: undefined,
    hostName: undefined,
  })
})
