import type { Lease } from '../domain/lease.ts'
import type { AddressPool } from './address-pool.ts'
import type { Holds } from './holds.ts'
import { isVacant } from './lease-client.ts'

/**
 * `oldest`: the lease that nobody has had for longest and whose address is not offered. `allTaken`: none is vacant, and
 * none can be before `firstEnd`, in milliseconds since the epoch.
 */
export type VacantSearch = { oldest: Lease | undefined; allTaken: boolean; firstEnd: number }

/** Looks through the leases of addresses that anyone may have. */
export function searchVacant(leases: Iterable<Lease>, pool: AddressPool, holds: Holds, now: number): VacantSearch {
  const found: VacantSearch = { oldest: undefined, allTaken: true, firstEnd: Number.POSITIVE_INFINITY }
  for (const lease of leases) {
    if (!pool.has(lease.address)) continue
    found.firstEnd = Math.min(found.firstEnd, lease.expiresAt)
    if (!isVacant(lease, now)) continue
    found.allTaken = false
    if (holds.holder(lease.address, now) !== undefined) continue
    if (!found.oldest || vacantSince(lease) < vacantSince(found.oldest)) found.oldest = lease
  }
  return found
}

const vacantSince = (lease: Lease): number => (lease.state === 'released' ? lease.updatedAt : lease.expiresAt)
