import { expect, it } from 'vitest'
import { createAddressPool } from '../../src/addressing/address-pool.ts'
import { poolUse } from '../../src/addressing/pool-use.ts'
import type { Lease } from '../../src/domain/lease.ts'
import { Segment } from '../../src/domain/segment.ts'

const pool = createAddressPool(
  Segment.parse({
    ...{ name: 'lab', site: { name: 'home', kind: 'test' }, interface: 'br0', address: '10.0.0.1', prefix: 24 },
    ranges: [{ first: '10.0.0.10', last: '10.0.0.19' }],
  }),
)
const lease = (last: number, state: Lease['state'], expiresAt: number): Lease => ({
  ...{ segment: 'lab', address: `10.0.0.${last}`, clientKey: `k${last}`, mac: 'm', uuid: undefined },
  ...{ hostName: undefined, state, expiresAt, updatedAt: 0 },
})

it('counts each address of the pool once, and none that lies outside or is nobody’s any more', () => {
  const leases = [
    ...[lease(10, 'bound', 200), lease(11, 'bound', 50), lease(12, 'declined', 200), lease(13, 'declined', 50)],
    ...[lease(14, 'released', 200), lease(99, 'bound', 200)],
  ]
  const held = ['10.0.0.10', '10.0.0.14', '10.0.0.15', '10.0.0.99']
  expect(poolUse(pool, leases, held, 100)).toEqual({ size: 10, leased: 1, offered: 2, resting: 1 })
})
