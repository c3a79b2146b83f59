import type { Lease } from '../domain/lease.ts'
import { isLive, isOwn, isVacant, type LeaseClient, otherMachine } from './lease-client.ts'
import type { LeaseView } from './lease-table.ts'

/** Why an address was chosen: the rows of RFC 2131 §4.3.1, in order, with ours for a reservation and a repeated DISCOVER. */
export type AddressOrigin = 'reserved' | 'current' | 'offered' | 'previous' | 'requested' | 'unused' | 'vacant'

/** `exhausted`: every address that anyone may have is leased, offered or set aside. */
export type AddressChoice = { address: string; origin: AddressOrigin } | { why: string; exhausted: boolean }

/** Origins of addresses that the client does not use already: somebody unknown may. */
export const UNTRIED: ReadonlySet<AddressOrigin> = new Set(['previous', 'requested', 'unused', 'vacant'])

/** The address to offer to a client that asks for one, or why there is none. Pure; changes nothing. */
export function chooseAddress(
  view: LeaseView,
  client: LeaseClient,
  requested: string | undefined,
  now: number,
): AddressChoice {
  const own = ownLeases(view, client, now)
  const candidates: Record<AddressOrigin, () => string | undefined> = {
    reserved: () => reservedNow(view, client, now),
    current: () => own.find((lease) => isLive(lease, now))?.address,
    offered: () => view.offeredTo(client.key, now),
    previous: () => own[0]?.address,
    requested: () => (requested !== undefined && isFree(view, client, requested, now) ? requested : undefined),
    unused: () => view.unused(now),
    vacant: () => view.oldestVacant(now),
  }
  for (const origin of Object.keys(candidates) as AddressOrigin[]) {
    const address = candidates[origin]()
    if (address !== undefined) return { address, origin }
  }
  return view.pool.spans.length === 0
    ? { why: 'the segment has no range, and no reservation for this client', exhausted: false }
    : { why: 'every address of the ranges is leased, offered or set aside', exhausted: true }
}

/**
 * The client's own usable leases, the best first: live under its key, live on its MAC, past under its key, past on
 * its MAC. So firmware, iPXE and operating system of one machine keep one address although their ids differ.
 */
export function ownLeases(view: LeaseView, client: LeaseClient, now: number): Lease[] {
  const rank = (lease: Lease): number => (isLive(lease, now) ? 0 : 2) + (lease.clientKey === client.key ? 0 : 1)
  return view
    .near(client)
    .filter((lease) => isOwn(lease, client) && lease.state !== 'declined' && view.pool.mayHave(client, lease.address))
    .filter((lease) => !heldByOther(view, client, lease.address, now))
    .sort((a, b) => rank(a) - rank(b))
}

/** True when the address may be handed out and nobody else has it or was offered it. */
export function isFree(view: LeaseView, client: LeaseClient, address: string, now: number): boolean {
  const lease = view.at(address)
  const vacant = lease === undefined || isVacant(lease, now)
  return view.pool.mayHave(client, address) && vacant && !heldByOther(view, client, address, now)
}

/** The address that is reserved for the client, unless another still uses it. */
export function reservedNow(view: LeaseView, client: LeaseClient, now: number): string | undefined {
  const address = view.pool.reservedFor(client)
  if (address === undefined) return undefined
  const lease = view.at(address)
  const isItsOwn = lease !== undefined && isOwn(lease, client) && lease.state !== 'declined'
  return isItsOwn || isFree(view, client, address, now) ? address : undefined
}

/** What another machine's live lease on the same MAC or id says against this client, or undefined. */
export function conflictOf(view: LeaseView, client: LeaseClient, now: number): string | undefined {
  const other = view.near(client).find((lease) => isLive(lease, now) && otherMachine(lease, client))
  return other && `${client.mac} is used by two machines: ${other.uuid} holds ${other.address}, ${client.uuid} asks`
}

function heldByOther(view: LeaseView, client: LeaseClient, address: string, now: number): boolean {
  const holder = view.heldFor(address, now)
  return holder !== undefined && holder !== client.key
}
