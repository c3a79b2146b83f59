import { expect, it, test } from 'vitest'
import { createSegmentNotices } from '../../src/app/segment-notices.ts'
import { silentLog } from '../../src/core/log.ts'
import type { Lease } from '../../src/domain/lease.ts'
import { Segment } from '../../src/domain/segment.ts'
import type { DhcpSighting } from '../../src/servers/dhcp/dhcp-server.ts'

const segment = Segment.parse({
  ...{ name: 'lab', site: { name: 'hall', kind: 'test' }, interface: 'eth0', address: '10.77.0.1', prefix: 24 },
  range: { first: '10.77.0.100', last: '10.77.0.101' },
})
const holder: Lease = {
  ...{ segment: 'lab', address: '10.77.0.100', clientKey: 'hw:1:a', mac: 'a', uuid: undefined, hostName: 'one' },
  ...{ state: 'bound', expiresAt: 1e12, updatedAt: 0 },
}
const seen = (more: Partial<DhcpSighting>): DhcpSighting => ({
  ...{ segment: 'lab', mac: 'b', uuid: undefined, arch: 7, stage: 'os', messageType: 'discover', answer: 'ignored' },
  ...{ address: undefined, why: undefined, conflict: undefined, decision: undefined, untried: false, exhausted: false },
  ...{ otherServer: undefined, mode: 'authoritative', relay: undefined, ...more },
})

function open() {
  const at = { now: 0 }
  const expired = { ...holder, address: '10.77.0.101', expiresAt: -1 }
  const notices = createSegmentNotices({
    leases: { list: () => [holder, expired], size: () => 2 },
    clock: { now: () => at.now },
    log: silentLog,
  })
  return { notices, at }
}

it('F7: tells once of a pool that is used up, and who holds its addresses', () => {
  const { notices, at } = open()
  for (let i = 0; i < 500; i++) notices.watch(segment, seen({ exhausted: true, mac: `m${i}` }))
  expect(notices.list()).toEqual([
    {
      ...{ at: 0, kind: 'poolExhausted', segment: 'lab' },
      says: 'all 2 addresses are leased, offered or set aside; m0 got none',
      holders: [{ address: '10.77.0.100', mac: 'a', hostName: 'one', state: 'bound', expiresAt: 1e12 }],
    },
  ])
  at.now = 10 * 60_000
  notices.watch(segment, seen({ exhausted: true }))
  expect(notices.list()).toHaveLength(2)
})

test.each([
  ['another server that a client chose', seen({ otherServer: '10.77.0.9' }), segment, 'otherServer'],
  ['firmware without a loader', seen({ stage: 'firmware', arch: 27 }), segment, 'noLoader'],
  ['ourselves under another word', seen({ otherServer: '10.77.0.1' }), segment, undefined],
  [
    'the server whose addresses we leave alone',
    seen({ otherServer: '10.77.0.9' }),
    { ...segment, mode: 'proxy' as const },
    undefined,
  ],
  [
    'made-up addresses that are used up',
    seen({ exhausted: true }),
    { ...segment, mode: 'observe' as const },
    undefined,
  ],
  ['firmware with a loader', seen({ stage: 'firmware', arch: 7 }), segment, undefined],
])('of %s', (_title, sighting, of, kind) => {
  const { notices } = open()
  notices.watch(of, sighting)
  expect(notices.list()[0]?.kind).toBe(kind)
})

it('of an address that somebody uses without a lease', () => {
  const { notices } = open()
  notices.addressInUse({ segment: 'lab', address: '10.77.0.100', mac: 'x', why: 'it is used by x' })
  expect(notices.list()).toEqual([{ at: 0, kind: 'addressInUse', segment: 'lab', says: 'it is used by x' }])
})

it('keeps a bounded number', () => {
  const { notices } = open()
  for (let i = 0; i < 2000; i++) notices.addressInUse({ segment: 'lab', address: `a${i}`, mac: 'x', why: `${i}` })
  expect(notices.list()).toHaveLength(500)
  expect(notices.list().at(-1)?.says).toBe('1999')
})
