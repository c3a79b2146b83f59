import { ipv4ToNumber, numberToIpv4 } from '../core/ipv4.ts'
import { type AddressRange, isOnSegment, type Segment } from '../domain/segment.ts'
import type { LeaseClient } from './lease-client.ts'

type Span = { first: number; last: number }

/** The addresses a segment may hand out: to anyone those of its ranges, and to some the one that is reserved for them. */
export type AddressPool = {
  /** Lowest first, apart from each other. */
  spans: readonly Span[]
  /** True when the address may be handed out to anyone. */
  has(address: string): boolean
  /** True when the client may have the address: anyone's, or reserved for it. */
  mayHave(client: LeaseClient, address: string): boolean
  /** The address that is reserved for the client. */
  reservedFor(client: LeaseClient): string | undefined
  /** True when the address lies in the segment's subnet at all. */
  isOnSubnet(address: string): boolean
  /** How many addresses may be handed out to anyone. */
  size(): number
}

export function createAddressPool(segment: Segment): AddressPool {
  const spans = segment.ranges.map(toSpan).sort((a, b) => a.first - b.first)
  const exclusions = segment.exclusions.map(toSpan)
  const { address: own, gateway, dns, relays, reservations } = segment
  const reserved = new Map(
    reservations.map((one) => ['mac' in one ? `mac ${one.mac}` : `id:${one.clientId}`, one.address]),
  )
  const taken = new Set([own, ...(gateway === undefined ? [] : [gateway]), ...dns, ...relays, ...reserved.values()])
  const has = (address: string): boolean => {
    const number = ipv4ToNumber(address)
    return lies(number, spans) && !lies(number, exclusions) && !taken.has(address)
  }
  const reservedFor = ({ key, mac }: LeaseClient): string | undefined => reserved.get(key) ?? reserved.get(`mac ${mac}`)
  return {
    spans,
    has,
    reservedFor,
    mayHave: (client, address) => has(address) || reservedFor(client) === address,
    isOnSubnet: (address) => isOnSegment(segment, address),
    size: () => {
      const all = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0)
      return all - countTaken(spans, exclusions, taken)
    },
  }
}

/** The addresses of a pool that anyone may have, from `from` on, lowest first. */
export function* addressesFrom(pool: AddressPool, from: number): Generator<string> {
  for (const { first, last } of pool.spans)
    for (let number = Math.max(first, from); number <= last; number++) {
      const address = numberToIpv4(number)
      if (pool.has(address)) yield address
    }
}

const toSpan = ({ first, last }: AddressRange): Span => ({ first: ipv4ToNumber(first), last: ipv4ToNumber(last) })

const lies = (number: number, spans: readonly Span[]): boolean =>
  spans.some(({ first, last }) => number >= first && number <= last)

function countTaken(spans: readonly Span[], exclusions: readonly Span[], taken: ReadonlySet<string>): number {
  let count = [...taken].map(ipv4ToNumber).filter((one) => lies(one, spans) && !lies(one, exclusions)).length
  let counted = Number.NEGATIVE_INFINITY
  for (const exclusion of exclusions.toSorted((a, b) => a.first - b.first)) {
    const from = Math.max(exclusion.first, counted + 1)
    for (const span of spans) count += Math.max(0, Math.min(span.last, exclusion.last) - Math.max(span.first, from) + 1)
    counted = Math.max(counted, exclusion.last)
  }
  return count
}
