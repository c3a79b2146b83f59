import { isFree, ownLeases, reservedNow } from './choose-address.ts'
import { isLive, isOwn, type LeaseClient } from './lease-client.ts'
import type { LeaseView } from './lease-table.ts'
import type { RequestState } from './request-state.ts'

export type RequestVerdict = { kind: 'ack' } | { kind: 'nak'; why: string } | { kind: 'ignore'; why: string }

type Judge = (view: LeaseView, client: LeaseClient, address: string, now: number) => RequestVerdict

const ACK: RequestVerdict = { kind: 'ack' }
const nak = (why: string): RequestVerdict => ({ kind: 'nak', why })
const ignore = (why: string): RequestVerdict => ({ kind: 'ignore', why })

/** Answers a REQUEST by its state (RFC 2131 §4.3.2). An address off the subnet is refused in each. */
const JUDGES: Record<RequestState, Judge> = {
  // An offer that we forgot, as after a restart, is honoured while the address is free.
  selecting: (view, client, address, now) =>
    isMine(view, client, address, now) || isFree(view, client, address, now)
      ? ACK
      : nak(`${address} is not free for this client`),
  // A server without a record of the client MUST remain silent: another one may know it.
  initReboot: (view, client, address, now) => {
    if (isMine(view, client, address, now)) return ACK
    return knows(view, client) ? nak(`${address} is not this client's address`) : ignore('no record of this client')
  },
  // Renewing and rebinding can not be told apart here, so only a known contradiction is refused.
  extending: (view, client, address, now) => {
    if (isMine(view, client, address, now)) return ACK
    const lease = view.at(address)
    if (lease !== undefined && isLive(lease, now)) return nak(`${address} is leased to another client`)
    return knows(view, client) ? nak(`${address} is not this client's address`) : ignore('no record of this client')
  },
}

/** What to answer to a REQUEST for `address`. Pure; changes nothing. */
export function judgeRequest(
  view: LeaseView,
  client: LeaseClient,
  ask: { state: RequestState; address: string },
  now: number,
): RequestVerdict {
  if (!view.pool.isOnSubnet(ask.address)) return nak(`${ask.address} is not on this segment`)
  const reserved = reservedNow(view, client, now)
  if (reserved !== undefined && reserved !== ask.address) return nak(`${reserved} is reserved for this client`)
  return JUDGES[ask.state](view, client, ask.address, now)
}

const isMine = (view: LeaseView, client: LeaseClient, address: string, now: number): boolean =>
  view.offeredTo(client.key, now) === address || ownLeases(view, client, now).some((lease) => lease.address === address)

const knows = (view: LeaseView, client: LeaseClient): boolean => view.near(client).some((lease) => isOwn(lease, client))
