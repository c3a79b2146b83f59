import { ipv4ToNumber, numberToIpv4 } from '../core/ipv4.ts'
import { type AddressPool, nextInPool } from './address-pool.ts'

/** How long a search that found nothing is believed, in milliseconds: a full pool must not cost a walk for each packet. */
const BELIEVED_MS = 100

/** Finds addresses that nobody ever leased. */
export type UnusedSearch = {
  next(now: number): string | undefined
  /** Says that an address may be found again. */
  freed(address: string): void
}

/**
 * Each search goes on where the last one found something, so that in a storm of offers none walks past those before it;
 * at the end of the pool it begins again, and meets the offers that lapsed.
 */
export function createUnusedSearch(pool: AddressPool, isUsed: (address: string, now: number) => boolean): UnusedSearch {
  const size = pool.size()
  let last = -1
  let nothingBefore = Number.NEGATIVE_INFINITY
  const search = (now: number): string | undefined => {
    for (let left = size; left > 0; left--) {
      last = nextInPool(pool, last) ?? last
      const address = numberToIpv4(last)
      if (!isUsed(address, now)) return address
    }
    return undefined
  }
  return {
    next: (now) => {
      if (now < nothingBefore) return undefined
      const found = search(now)
      if (found === undefined) nothingBefore = now + BELIEVED_MS
      return found
    },
    freed: (address) => {
      last = Math.min(last, ipv4ToNumber(address) - 1)
      nothingBefore = Number.NEGATIVE_INFINITY
    },
  }
}
