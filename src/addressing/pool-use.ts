import type { Lease, PoolUse } from '../domain/lease.ts'
import type { AddressPool } from './address-pool.ts'
import { isLive, isVacant } from './lease-client.ts'

/** Counts a pool by what its addresses are used for at `now`; an address counts once, a lease before an offer. */
export function poolUse(pool: AddressPool, leases: Iterable<Lease>, held: Iterable<string>, now: number): PoolUse {
  const use: PoolUse = { size: pool.size(), leased: 0, offered: 0, resting: 0 }
  const taken = new Set<string>()
  for (const lease of leases) {
    if (isVacant(lease, now) || !pool.has(lease.address)) continue
    taken.add(lease.address)
    if (isLive(lease, now)) use.leased++
    else use.resting++
  }
  for (const address of held) if (!taken.has(address) && pool.has(address)) use.offered++
  return use
}
