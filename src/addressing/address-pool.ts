import { inNetwork, ipv4ToNumber, numberToIpv4 } from '../core/ipv4.ts'
import type { Segment } from '../domain/segment.ts'

/** The addresses a segment may hand out: its range without our own address, the gateway and the name servers. */
export type AddressPool = {
  first: number
  last: number
  /** True when the address may be handed out. */
  has(address: string): boolean
  /** True when the address lies in the segment's subnet at all. */
  isOnSubnet(address: string): boolean
}

export function createAddressPool(segment: Segment): AddressPool {
  const first = ipv4ToNumber(segment.range.first)
  const last = ipv4ToNumber(segment.range.last)
  const taken = new Set([segment.address, ...(segment.gateway === undefined ? [] : [segment.gateway]), ...segment.dns])
  return {
    first,
    last,
    has: (address) => {
      const number = ipv4ToNumber(address)
      return number >= first && number <= last && !taken.has(address)
    },
    isOnSubnet: (address) => inNetwork(address, segment.address, segment.prefix),
  }
}

/** The addresses of a pool from `from` on, lowest first. */
export function* addressesFrom(pool: AddressPool, from: number): Generator<string> {
  for (let number = from; number <= pool.last; number++) {
    const address = numberToIpv4(number)
    if (pool.has(address)) yield address
  }
}
