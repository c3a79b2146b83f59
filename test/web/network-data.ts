import { Segment } from '../../src/domain/segment.ts'
import type { PeopleFixture } from './people-fixture.ts'
import { HOSTILE } from './run-tales.ts'

const site = { name: 'home', kind: 'test' } as const
const rack = (number: number): string => `52:54:00:00:01:${number.toString(16).padStart(2, '0')}`

/** Four segments of every mode, one of them full and busy, another not served; leases, exchanges and notices. */
export async function addNetwork({ store, network }: PeopleFixture, now: number): Promise<void> {
  const place = { site, interface: 'br0', address: '10.77.0.1', prefix: 24 }
  const range = { first: '10.77.0.50', last: '10.77.0.249' }
  const lab = {
    ...place,
    name: 'lab',
    range,
    gateway: '10.77.0.254',
    dns: ['10.77.0.2'],
    reservations: [{ address: '10.77.0.20', mac: rack(1) }],
  }
  await store.segments.save(Segment.parse(lab))
  await store.segments.save(
    Segment.parse({ ...place, name: 'office', interface: 'eno2', address: '192.0.2.5', mode: 'proxy' }),
  )
  await store.segments.save(
    Segment.parse({ ...place, name: 'plant-hall-2', interface: 'eno3', address: '198.51.100.9', mode: 'observe' }),
  )
  await store.segments.save(
    Segment.parse({ ...place, name: 'spare', interface: 'eno4', address: '203.0.113.1', mode: 'off' }),
  )
  network.broken.add('plant-hall-2')
  Object.assign(network.use, { size: 200, leased: 131, offered: 3, resting: 4 })
  for (let number = 1; number <= 6; number++)
    network.leases.push({
      ...{ segment: 'lab', address: `10.77.0.${49 + number}`, mac: rack(number), clientKey: `hw:1:${rack(number)}` },
      ...{ uuid: undefined, hostName: number === 2 ? HOSTILE : `host-${number}`, updatedAt: now - 60_000 },
      state: number === 5 ? 'declined' : number === 6 ? 'released' : 'bound',
      expiresAt: number === 4 ? now - 1 : now + 3_600_000,
    })
  const heard = (ago: number, mac: string, what: string, detail: Record<string, unknown>, segment = 'lab') =>
    network.sightings.push({ at: now - ago * 1000, mac, segment, what, detail })
  const refused =
    'expected UUID 00112233-4455-6677-8899-aabbccddee03 with the MAC 52:54:00:00:01:03 of rack-03, got deadbeef-0000-0000-0000-000000000001'
  heard(61, rack(1), 'dhcp offer', { stage: 'firmware', messageType: 'discover', address: '10.77.0.50' })
  heard(60, rack(1), 'dhcp ack', { stage: 'firmware', messageType: 'request', address: '10.77.0.50' })
  network.sightings.push({
    at: now - 58_000,
    mac: rack(1),
    what: 'tftp complete',
    detail: { name: 'undionly.kpxe', bytes: 70_085 },
  })
  heard(31, rack(3), 'dhcp ignored', { stage: 'firmware', messageType: 'discover', why: refused })
  heard(12, '02:00:00:00:00:09', 'dhcp ignored', {
    messageType: 'request',
    stage: 'os',
    why: 'the client chose the server 10.77.0.66',
  })
  heard(9, '02:00:00:00:00:08', 'dhcp nak', {
    messageType: 'request',
    stage: 'os',
    why: 'expected an address of this segment, got 172.16.0.4',
  })
  heard(
    7,
    rack(2),
    'dhcp would offer',
    { messageType: 'discover', stage: 'ipxe', address: '198.51.100.40' },
    'plant-hall-2',
  )
  heard(
    3,
    '02:00:00:00:00:07',
    'dhcp ignored',
    { messageType: 'discover', stage: 'os', relay: '172.20.0.1', why: 'no segment lies behind the relay 172.20.0.1' },
    '',
  )
  const holders = network.leases
    .slice(0, 3)
    .map(({ address, mac, hostName, state, expiresAt }) => ({ address, mac, hostName, state, expiresAt }))
  network.notices.push(
    {
      at: now - 400_000,
      kind: 'noLoader',
      segment: 'lab',
      says: `${rack(3)}: expected a client architecture with a loader, 0 (x86 BIOS), 7 (x64 UEFI), got 5`,
    },
    {
      at: now - 300_000,
      kind: 'addressInUse',
      segment: 'lab',
      says: '10.77.0.71 is used by 02:00:00:00:00:05 without a lease; set aside for 3600 s',
    },
    {
      at: now - 200_000,
      kind: 'otherServer',
      segment: 'lab',
      says: '02:00:00:00:00:09 chose another DHCP server, 10.77.0.66',
    },
    {
      at: now - 100_000,
      kind: 'poolExhausted',
      segment: 'lab',
      says: 'all 200 addresses are leased, offered or set aside; 02:00:00:00:00:04 got none',
      holders,
    },
  )
}
