import type { Clock } from '../core/clock.ts'
import type { Lease } from '../domain/lease.ts'
import type { Segment } from '../domain/segment.ts'
import { boundLease, strayLease } from './bound-lease.ts'
import { chooseAddress, conflictOf, UNTRIED } from './choose-address.ts'
import { judgeRequest } from './judge-request.ts'
import { isLive, type LeaseClient } from './lease-client.ts'
import type { LeaseTable } from './lease-table.ts'
import type { RequestState } from './request-state.ts'

/** Where leases live. One row per segment and address; `save` resolves only when the row is durable. */
export type LeaseStore = {
  all(segment: string): Promise<Lease[]>
  save(lease: Lease): Promise<void>
}

export type LeaseBookDeps = {
  store: LeaseStore
  clock: Clock
  /** How long an offered address waits for its REQUEST, in milliseconds. */
  offerMs?: number
}

/**
 * `seconds` is the lease time; `conflict` says when two machines claim one MAC or id. `untried`: the client does not use
 * the address yet, so that somebody unknown may. `exhausted`: no address is left for anyone.
 */
export type LeaseAnswer =
  | { kind: 'give'; address: string; seconds: number; conflict: string | undefined; untried: boolean }
  | { kind: 'nak'; why: string }
  | { kind: 'ignore'; why: string; exhausted: boolean }

/** Options 50 and 51 of a DISCOVER. */
export type LeaseWish = { address: string | undefined; seconds: number | undefined }
export type LeaseRequest = { state: RequestState; address: string; seconds: number | undefined }

/** `changed` is false when the message did not match a binding and nothing was done. */
export type LeaseChange = { changed: boolean; why: string }

/** What a client may ask of one segment's leases. */
export type SegmentLeases = {
  offer(client: LeaseClient, wish: LeaseWish): LeaseAnswer
  request(client: LeaseClient, ask: LeaseRequest): Promise<LeaseAnswer>
  decline(client: LeaseClient, address: string): Promise<LeaseChange>
  release(client: LeaseClient, address: string): Promise<LeaseChange>
  withdraw(client: LeaseClient): void
  /** Sets an address aside that `mac`, who has no lease of it, was heard to use. */
  setAside(address: string, mac: string): Promise<LeaseChange>
}

const OFFER_MS = 30_000
const LEAST_SECONDS = 60

/** Applies the decisions to one segment's table, and to the store before an answer may leave. */
export function createSegmentLeases(deps: LeaseBookDeps, segment: Segment, table: LeaseTable): SegmentLeases {
  const { store, clock, offerMs = OFFER_MS } = deps

  // The address is neither free for others nor yet a lease while it is being stored.
  const keep = (lease: Lease): Promise<void> =>
    table.during(lease.address, lease.clientKey, async () => {
      await store.save(lease)
      table.put(lease)
    })
  const freeOthers = async (client: LeaseClient, kept: string): Promise<void> => {
    const now = clock.now()
    const live = table.near(client).filter((row) => row.clientKey === client.key && isLive(row, now))
    for (const row of live) if (row.address !== kept) await keep({ ...row, state: 'released', updatedAt: now })
  }
  const endBinding = async (client: LeaseClient, address: string, end: Partial<Lease>): Promise<boolean> => {
    const lease = table.at(address)
    const matches = lease?.clientKey === client.key && lease.mac === client.mac
    if (!lease || !matches || !isLive(lease, clock.now())) return false
    await keep({ ...lease, ...end, updatedAt: clock.now() })
    return true
  }
  const changed = (done: boolean, address: string, why: string): LeaseChange =>
    done ? { changed: true, why } : { changed: false, why: `${address} is not bound to this client` }

  return {
    offer: (client, wish) => {
      const now = clock.now()
      const choice = chooseAddress(table, client, wish.address, now)
      if ('why' in choice) return { kind: 'ignore', ...choice }
      table.hold(choice.address, client.key, now + offerMs)
      const conflict = conflictOf(table, client, now)
      const seconds = leaseSeconds(segment, wish.seconds)
      return { kind: 'give', address: choice.address, seconds, conflict, untried: UNTRIED.has(choice.origin) }
    },
    request: async (client, ask) => {
      const now = clock.now()
      const verdict = judgeRequest(table, client, ask, now)
      if (verdict.kind !== 'ack') return verdict.kind === 'nak' ? verdict : { ...verdict, exhausted: false }
      const conflict = conflictOf(table, client, now)
      const seconds = leaseSeconds(segment, ask.seconds)
      await keep(boundLease(segment.name, table.at(ask.address), client, ask.address, seconds, now))
      table.drop(ask.address)
      await freeOthers(client, ask.address)
      return { kind: 'give', address: ask.address, seconds, conflict, untried: false }
    },
    decline: async (client, address) => {
      const done = await endBinding(client, address, {
        state: 'declined',
        expiresAt: clock.now() + segment.declineSeconds * 1000,
      })
      return changed(done, address, `${address} is used by someone unknown; set aside for ${segment.declineSeconds} s`)
    },
    release: async (client, address) => {
      const done = await endBinding(client, address, { state: 'released' })
      return changed(done, address, `${address} was given back`)
    },
    withdraw: (client) => {
      const offered = table.offeredTo(client.key, clock.now())
      if (offered !== undefined) table.drop(offered)
    },
    setAside: async (address, mac) => {
      const now = clock.now()
      const lease = table.at(address)
      if (lease && isLive(lease, now)) return { changed: false, why: `${address} is leased to ${lease.mac}` }
      table.drop(address)
      await keep(strayLease(segment, address, mac, now))
      return {
        changed: true,
        why: `${address} is used by ${mac} without a lease; set aside for ${segment.declineSeconds} s`,
      }
    },
  }
}

// Not the time that is left (RFC 2131 §4.3.1): iPXE never renews, and must not lose its address while it loads.
const leaseSeconds = (segment: Segment, asked: number | undefined): number =>
  Math.min(segment.leaseSeconds, Math.max(LEAST_SECONDS, asked ?? segment.leaseSeconds))
