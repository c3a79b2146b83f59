import { expect, it } from 'vitest'
import { createPeerDirectory } from '../../src/app/peer-directory.ts'
import { Segment } from '../../src/domain/segment.ts'

const place = { site: { name: 'hall', kind: 'test' }, interface: 'eth0', address: '10.77.0.1', prefix: 24 }
const own = Segment.parse({ ...place, name: 'own', range: { first: '10.77.0.100', last: '10.77.0.200' } })
const proxy = { ...own, mode: 'proxy' as const }

function open(segment: Segment, over: { lease?: string; neighbour?: string } = {}) {
  const at = { now: 0 }
  const peers = createPeerDirectory({
    segmentsOn: (device) => (device === 'eth0' ? [segment] : []),
    leaseMac: () => over.lease,
    neighbourMac: () => over.neighbour,
    clock: { now: () => at.now },
  })
  return { peers, at, macOf: (address = '10.77.0.150', device = 'eth0') => peers.macOf(device, address) }
}

it('believes the lease first', () =>
  expect(open(own, { lease: 'lease', neighbour: 'neighbour' }).macOf()).toBe('lease'))

it('believes no lease of ours where another server gives the addresses', () =>
  expect(open(proxy, { lease: 'old', neighbour: 'neighbour' }).macOf()).toBe('neighbour'))

it('believes the packet to port 4011 of an address that is no neighbour, for a quarter of an hour', () => {
  const { peers, at, macOf } = open(proxy)
  peers.tie('eth0', '10.77.0.150', 'packet', 'bootService')
  expect([macOf(), macOf('10.77.0.151'), macOf('10.77.0.150', 'eth1')]).toEqual(['packet', undefined, undefined])
  at.now = 15 * 60_000
  expect(macOf()).toBeUndefined()
})

it('believes no neighbour who writes another’s MAC into a packet to port 4011', () => {
  const { peers, macOf } = open(proxy, { neighbour: 'neighbour' })
  peers.tie('eth0', '10.77.0.150', 'victim', 'bootService')
  expect(macOf()).toBe('neighbour')
})

it('believes a neighbour who knows the secret of a session', () => {
  const { peers, macOf } = open(proxy, { neighbour: 'neighbour' })
  peers.tie('eth0', '10.77.0.150', 'told', 'sessionSecret')
  expect(macOf()).toBe('told')
})

it('ties nobody to an address that no segment has', () =>
  expect(open(proxy, { neighbour: 'neighbour' }).macOf('192.168.1.5')).toBeUndefined())

it('says in which segment of its interface an address lies, whoever has it', () => {
  const { peers } = open(proxy)
  const asked = [peers.segmentOf('eth0', '10.77.0.150'), peers.segmentOf('eth0', '192.168.1.5')]
  expect([...asked, peers.segmentOf('eth1', '10.77.0.150')]).toEqual(['own', undefined, undefined])
})

it('remembers a bounded number of packets', () => {
  const { peers, macOf } = open(proxy)
  for (let i = 0; i < 5000; i++) peers.tie('eth0', `10.77.${i >> 8}.${i & 255}`, 'packet', 'bootService')
  expect([macOf('10.77.0.1'), macOf('10.77.0.255')]).toEqual([undefined, undefined])
})

it('knows who told a secret of its session, and keeps its address while it asks on', () => {
  const { peers, at, macOf } = open(proxy)
  peers.tie('eth0', '10.77.0.150', 'told', 'sessionSecret')
  peers.tie('eth0', '10.77.0.151', 'packet', 'bootService')
  expect([peers.knewSecret('eth0', ['x', 'told']), peers.knewSecret('eth0', ['packet'])]).toEqual([true, false])
  for (at.now = 0; at.now < 3_600_000; at.now += 600_000) expect(macOf()).toBe('told')
})
