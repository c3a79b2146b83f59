import { expect, test } from 'vitest'
import { destinationOf } from '../../../src/servers/dhcp/destination.ts'
import { packetFrom } from './sample.ts'

const BROADCAST = 0x8000
const mac = Buffer.from('525400770101', 'hex')
const yiaddr = '10.77.0.100'
const ciaddr = '10.77.0.101'
const giaddr = '10.9.0.1'

test.each([
  [
    'an offer to a client that can hear unicast',
    'offer',
    { yiaddr },
    { kind: 'neighbour', address: yiaddr, port: 68, mac },
  ],
  [
    'an ACK to a client that can hear unicast',
    'ack',
    { yiaddr },
    { kind: 'neighbour', address: yiaddr, port: 68, mac },
  ],
  [
    'an offer to a client that asks for broadcast',
    'offer',
    { yiaddr, flags: BROADCAST },
    { kind: 'broadcast', port: 68 },
  ],
  ['reserved flags alone', 'offer', { yiaddr, flags: 0x7fff }, { kind: 'neighbour', address: yiaddr, port: 68, mac }],
  [
    'an ACK to a client that has its address',
    'ack',
    { yiaddr: ciaddr, ciaddr, flags: BROADCAST },
    { kind: 'unicast', address: ciaddr, port: 68 },
  ],
  ['a NAK', 'nak', { ciaddr }, { kind: 'broadcast', port: 68 }],
  [
    'anything through a relay',
    'offer',
    { yiaddr, giaddr, flags: BROADCAST },
    { kind: 'relay', address: giaddr, port: 67 },
  ],
  ['a NAK through a relay', 'nak', { giaddr }, { kind: 'relay', address: giaddr, port: 67 }],
  ['a reply that gives no address', 'ack', {}, { kind: 'broadcast', port: 68 }],
] as const)('%s (RFC 2131 §4.1)', (_name, type, header, destination) =>
  expect(destinationOf(type, packetFrom({ messageType: type }, header))).toEqual(destination),
)
