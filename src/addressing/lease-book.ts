import { AppError } from '../core/errors.ts'
import type { Lease, PoolUse } from '../domain/lease.ts'
import type { Segment } from '../domain/segment.ts'
import { createAddressPool } from './address-pool.ts'
import { isLive, type LeaseClient } from './lease-client.ts'
import { createLeaseTable, type LeaseTable } from './lease-table.ts'
import {
  createSegmentLeases,
  type LeaseAnswer,
  type LeaseBookDeps,
  type LeaseChange,
  type LeaseRequest,
  type LeaseWish,
  type SegmentLeases,
} from './segment-leases.ts'

/** Every open segment's leases. A segment that is not open: resource.not_found, or nothing found. */
export type LeaseBook = {
  /** Loads a segment's leases; again with a changed segment, its new range counts from now on. */
  open(segment: Segment): Promise<void>
  offer(segment: string, client: LeaseClient, wish: LeaseWish): LeaseAnswer
  /** Resolves to `give` only after the lease is durable. Rejects when the store does. */
  request(segment: string, client: LeaseClient, ask: LeaseRequest): Promise<LeaseAnswer>
  decline(segment: string, client: LeaseClient, address: string): Promise<LeaseChange>
  release(segment: string, client: LeaseClient, address: string): Promise<LeaseChange>
  /** Ends our offer to a client that chose another server. */
  withdraw(segment: string, client: LeaseClient): void
  /** Sets an address aside that `mac` was heard to use without a lease. */
  setAside(segment: string, address: string, mac: string): Promise<LeaseChange>
  /** The live lease of an address, undefined when there is none. */
  findByAddress(segment: string, address: string): Lease | undefined
  /** The newest live lease of a MAC, undefined when there is none. */
  findByMac(segment: string, mac: string): Lease | undefined
  /** How many addresses the segment hands out to anyone. */
  size(segment: string): number
  /** How much of that is in use; undefined for a segment that is not open. */
  use(segment: string): PoolUse | undefined
  /** Every lease ever given and not given to another since. */
  list(segment: string): Lease[]
}

/** A lease book over a store: memory answers, the store remembers. */
export function createLeaseBook(deps: LeaseBookDeps): LeaseBook {
  const pages = new Map<string, { table: LeaseTable; leases: SegmentLeases }>()
  const live = (lease: Lease | undefined): Lease | undefined =>
    lease && isLive(lease, deps.clock.now()) ? lease : undefined
  const leasesOf = (segment: string): SegmentLeases => {
    const page = pages.get(segment)
    if (!page) throw new AppError('resource.not_found', `expected an open segment, got ${segment}`, { segment })
    return page.leases
  }

  return {
    open: async (segment) => {
      const pool = createAddressPool(segment)
      const loaded = pages.has(segment.name) ? [] : await deps.store.all(segment.name)
      const table = pages.get(segment.name)?.table ?? createLeaseTable(pool, loaded)
      table.usePool(pool)
      pages.set(segment.name, { table, leases: createSegmentLeases(deps, segment, table) })
    },
    offer: (segment, client, wish) => leasesOf(segment).offer(client, wish),
    request: async (segment, client, ask) => leasesOf(segment).request(client, ask),
    decline: async (segment, client, address) => leasesOf(segment).decline(client, address),
    release: async (segment, client, address) => leasesOf(segment).release(client, address),
    withdraw: (segment, client) => leasesOf(segment).withdraw(client),
    setAside: async (segment, address, mac) => leasesOf(segment).setAside(address, mac),
    findByAddress: (segment, address) => live(pages.get(segment)?.table.at(address)),
    findByMac: (segment, mac) =>
      pages
        .get(segment)
        ?.table.ofMac(mac)
        .find((lease) => live(lease)),
    size: (segment) => pages.get(segment)?.table.pool.size() ?? 0,
    use: (segment) => pages.get(segment)?.table.use(deps.clock.now()),
    list: (segment) => pages.get(segment)?.table.rows() ?? [],
  }
}
