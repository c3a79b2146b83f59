import type { Lease, PoolUse } from '../domain/lease.ts'
import type { AddressPool } from './address-pool.ts'
import { createHolds } from './holds.ts'
import type { LeaseClient } from './lease-client.ts'
import { poolUse } from './pool-use.ts'
import { createUnusedSearch } from './unused-search.ts'
import { searchVacant } from './vacant-search.ts'

/** What the decisions may ask of one segment's leases. Nothing in it changes a lease. */
export type LeaseView = {
  pool: AddressPool
  at(address: string): Lease | undefined
  /** Leases under the client's key or on its MAC, newest first. */
  near(client: LeaseClient): Lease[]
  /** The key of the client to which the address is offered and not yet bound. */
  heldFor(address: string, now: number): string | undefined
  /** The address that is offered to the client. */
  offeredTo(key: string, now: number): string | undefined
  /** An address that nobody ever leased, the lowest first. */
  unused(now: number): string | undefined
  /** The vacant address that has been so for longest. */
  oldestVacant(now: number): string | undefined
}

/** One segment's leases and offers in memory, indexed. One row an address. */
export type LeaseTable = LeaseView & {
  put(lease: Lease): void
  /** Another range from now on; the leases stay. */
  usePool(pool: AddressPool): void
  /** Offers the address to a client until a time; an earlier offer to the same client ends. */
  hold(address: string, key: string, until: number): void
  /** Ends the offer of an address. */
  drop(address: string): void
  /** Keeps the address from all others until `work` has ended. */
  during<T>(address: string, key: string, work: () => Promise<T>): Promise<T>
  ofMac(mac: string): Lease[]
  rows(): Lease[]
  /** How much of the pool is in use. */
  use(now: number): PoolUse
}

type Index = Map<string, Set<string>>
const NONE: ReadonlySet<string> = new Set()

export function createLeaseTable(firstPool: AddressPool, known: Lease[]): LeaseTable {
  let pool = firstPool
  const byAddress = new Map<string, Lease>()
  const byKey: Index = new Map()
  const byMac: Index = new Map()
  const holds = createHolds()
  const isUsed = (address: string, now: number): boolean =>
    byAddress.has(address) || holds.holder(address, now) !== undefined
  let unusedSearch = createUnusedSearch(pool, isUsed)
  let nothingVacantBefore = Number.NEGATIVE_INFINITY

  const put = (lease: Lease): void => {
    const before = byAddress.get(lease.address)
    if (before) unlink(byKey, before.clientKey, before.address)
    if (before) unlink(byMac, before.mac, before.address)
    byAddress.set(lease.address, lease)
    link(byKey, lease.clientKey, lease.address)
    link(byMac, lease.mac, lease.address)
    nothingVacantBefore = Number.NEGATIVE_INFINITY
  }
  const rowsOf = (some = NONE, others = NONE): Lease[] => {
    const addresses = others.size === 0 ? some : some.size === 0 ? others : new Set([...some, ...others])
    return Array.from(addresses, (address) => byAddress.get(address)!).sort((a, b) => b.updatedAt - a.updatedAt)
  }
  const oldestVacant = (now: number): string | undefined => {
    if (now < nothingVacantBefore) return undefined
    const found = searchVacant(byAddress.values(), pool, holds, now)
    // While the pool is full every stranger asks in vain; one search is enough until the next lease can end.
    if (found.allTaken) nothingVacantBefore = found.firstEnd
    return found.oldest?.address
  }

  for (const lease of known) put(lease)
  return {
    get pool() {
      return pool
    },
    usePool: (next) => {
      pool = next
      unusedSearch = createUnusedSearch(next, isUsed)
      nothingVacantBefore = Number.NEGATIVE_INFINITY
    },
    put,
    at: (address) => byAddress.get(address),
    near: (client) => rowsOf(byKey.get(client.key), byMac.get(client.mac)),
    ofMac: (mac) => rowsOf(byMac.get(mac)),
    rows: () => [...byAddress.values()],
    use: (now) => poolUse(pool, byAddress.values(), holds.held(now), now),
    unused: (now) => unusedSearch.next(now),
    oldestVacant,
    heldFor: holds.holder,
    offeredTo: holds.offer,
    hold: holds.hold,
    drop: (address) => {
      holds.drop(address)
      if (!byAddress.has(address)) unusedSearch.freed(address)
    },
    during: holds.during,
  }
}

function link(index: Index, key: string, address: string): void {
  const set = index.get(key) ?? new Set()
  index.set(key, set.add(address))
}

function unlink(index: Index, key: string, address: string): void {
  const set = index.get(key)
  set?.delete(address)
  if (set?.size === 0) index.delete(key)
}
