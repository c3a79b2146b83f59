import { expect, test } from 'vitest'
import { Segment } from '../../../src/domain/segment.ts'
import { selectSegment } from '../../../src/servers/dhcp/select-segment.ts'
import { packetFrom } from './sample.ts'

const place = { site: { name: 'hall', kind: 'test' }, interface: 'seg0', address: '10.77.0.1', prefix: 24 } as const
const own = Segment.parse({ ...place, name: 'own', range: { first: '10.77.0.100', last: '10.77.0.200' } })
const far = Segment.parse({ ...place, name: 'far', subnet: '10.20.0.0', relays: ['10.20.0.1', '10.9.9.9'] })
const both = [own, far]
const NONE = '0.0.0.0'

/** Suboption 5 names a link, 11 the server id to answer with. */
const relayAgent = (digits: string) => ({ relayAgent: Buffer.from(digits, 'hex') })
const LINK_FAR = '05040a140000'

test.each<[string, { giaddr?: string; ciaddr?: string }, object, string]>([
  ['a client on the wire', {}, {}, 'own 10.77.0.1'],
  ['D-17: a client that renews from behind a relay', { ciaddr: '10.20.0.50' }, {}, 'far 10.77.0.1'],
  ['a client on the wire that has an address from elsewhere', { ciaddr: '192.168.1.5' }, {}, 'own 10.77.0.1'],
  ['a relay on the far subnet', { giaddr: '10.20.0.1' }, {}, 'far 10.77.0.1'],
  ['L-05: a relay that names the link it asks for', { giaddr: '10.9.9.9' }, relayAgent(LINK_FAR), 'far 10.77.0.1'],
  [
    'L-05: a relay that wants to be the server for its clients',
    { giaddr: '10.20.0.1' },
    relayAgent('0b040a140001'),
    'far 10.20.0.1',
  ],
  ['L-03: option 82 from a switch, which is not believed', {}, relayAgent(`${LINK_FAR}0b040a140001`), 'own 10.77.0.1'],
])('%s', (_title, addresses, options, expected) => {
  const choice = selectSegment(
    packetFrom({ messageType: 'discover', ...options }, { giaddr: NONE, ...addresses }),
    both,
  )
  expect('why' in choice ? choice.why : `${choice.segment.name} ${choice.serverId}`).toBe(expected)
})

test.each<[string, string, object, Segment[], string]>([
  [
    'a relay in no segment',
    '10.30.0.1',
    {},
    both,
    'came through the relay 10.30.0.1 for 10.30.0.1, which lies in no segment',
  ],
  [
    'L-03: a relay that the segment does not list, a forged one perhaps',
    '10.20.0.77',
    {},
    both,
    'came through 10.20.0.77, which is none of the relays of segment far',
  ],
  [
    'L-03: a listed relay that names a link which does not list it',
    '10.20.0.1',
    relayAgent('05040a4d0000'),
    both,
    'came through 10.20.0.1, which is none of the relays of segment own',
  ],
  ['a client where every segment is far', NONE, {}, [far], 'every segment of this interface is behind relays'],
])('does not answer %s, and says why', (_title, giaddr, options, segments, why) =>
  expect(selectSegment(packetFrom({ messageType: 'discover', ...options }, { giaddr }), segments)).toEqual({ why }),
)
