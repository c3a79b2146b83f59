import { ipv4ToNumber } from '../core/ipv4.ts'
import { type AddressRange, isOnSegment, type Segment } from '../domain/segment.ts'
import type { LeaseClient } from './lease-client.ts'

type Span = { first: number; last: number }

/** The addresses a segment may hand out: to anyone those of its ranges, and to some the one that is reserved for them. */
export type AddressPool = {
  /** Lowest first, apart from each other. */
  spans: readonly Span[]
  /** True when the address may be handed out to anyone; `hasNumber` takes it as a number. */
  has(address: string): boolean
  hasNumber(address: number): boolean
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
  const kept = [own, ...(gateway === undefined ? [] : [gateway]), ...dns, ...relays, ...reserved.values()]
  const taken = new Set(kept.map(ipv4ToNumber))
  const hasNumber = (number: number): boolean => lies(number, spans) && !lies(number, exclusions) && !taken.has(number)
  const has = (address: string): boolean => hasNumber(ipv4ToNumber(address))
  const reservedFor = ({ key, mac }: LeaseClient): string | undefined => reserved.get(key) ?? reserved.get(`mac ${mac}`)
  return {
    spans,
    has,
    hasNumber,
    reservedFor,
    mayHave: (client, address) => has(address) || reservedFor(client) === address,
    isOnSubnet: (address) => isOnSegment(segment, address),
    size: () => {
      const all = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0)
      return all - countTaken(spans, exclusions, taken)
    },
  }
}

/** The next address after `after` that anyone may have, as numbers; from the last one on with the first again. */
export function nextInPool({ spans, hasNumber }: AddressPool, after: number): number | undefined {
  for (const from of [after + 1, 0])
    for (const { first, last } of spans)
      for (let number = Math.max(first, from); number <= last; number++) if (hasNumber(number)) return number
  return undefined
}

const toSpan = ({ first, last }: AddressRange): Span => ({ first: ipv4ToNumber(first), last: ipv4ToNumber(last) })

const lies = (number: number, spans: readonly Span[]): boolean =>
  spans.some(({ first, last }) => number >= first && number <= last)

function countTaken(spans: readonly Span[], exclusions: readonly Span[], taken: ReadonlySet<number>): number {
  let count = [...taken].filter((one) => lies(one, spans) && !lies(one, exclusions)).length
  let counted = Number.NEGATIVE_INFINITY
  for (const exclusion of exclusions.toSorted((a, b) => a.first - b.first)) {
    const from = Math.max(exclusion.first, counted + 1)
    for (const span of spans) count += Math.max(0, Math.min(span.last, exclusion.last) - Math.max(span.first, from) + 1)
    counted = Math.max(counted, exclusion.last)
  }
  return count
}
