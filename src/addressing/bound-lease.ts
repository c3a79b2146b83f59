import type { Lease } from '../domain/lease.ts'
import type { Segment } from '../domain/segment.ts'
import type { LeaseClient } from './lease-client.ts'

/** The lease of a client from now on; `before` is the last one of the address. */
export function boundLease(
  segment: string,
  before: Lease | undefined,
  client: LeaseClient,
  address: string,
  seconds: number,
  now: number,
): Lease {
  // An operating system sends no option 97: what its firmware said of the same machine stays known.
  const same = before?.mac === client.mac ? before : undefined
  return {
    segment,
    address,
    clientKey: client.key,
    mac: client.mac,
    uuid: client.uuid ?? same?.uuid,
    hostName: client.hostName ?? same?.hostName,
    state: 'bound',
    expiresAt: now + seconds * 1000,
    updatedAt: now,
  }
}

/** The rest of an address that `mac`, a client of nobody's, was heard to use. */
export const strayLease = (segment: Segment, address: string, mac: string, now: number): Lease => ({
  ...boundLease(segment.name, undefined, strangerOf(mac), address, segment.declineSeconds, now),
  state: 'declined',
})

const strangerOf = (mac: string): LeaseClient => ({ key: `hw:1:${mac}`, mac, uuid: undefined, hostName: undefined })
