import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { inNetwork, ipv4ToNumber, networkBounds } from '../core/ipv4.ts'

const Ipv4 = z.ipv4()

/**
 * One layer-2 network Slipway serves. `address` is our own address on `interface`. `routerAdvertisement: empty` allows an
 * IPv6 advertisement of nothing while iPXE asks for its address; not for a segment where another router's counts.
 */
export const Segment = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  site: z.strictObject({ name: z.string().min(1).max(63), kind: z.enum(['build', 'test', 'production']) }),
  interface: z.string().regex(/^[A-Za-z0-9_.-]{1,15}$/),
  address: Ipv4,
  prefix: z.int().min(8).max(30),
  range: z.strictObject({ first: Ipv4, last: Ipv4 }),
  gateway: Ipv4.optional(),
  dns: z.array(Ipv4).max(8).default([]),
  domain: z.string().max(253).optional(),
  leaseSeconds: z.int().min(60).max(31_536_000).default(3600),
  routerAdvertisement: z.enum(['none', 'empty']).optional(),
  mode: z.enum(['authoritative', 'off']).default('authoritative'),
})
export type Segment = z.infer<typeof Segment>

/** Throws segment.invalid unless the range lies inside the subnet, in order, and without our own address. */
export function assertSegmentSound(segment: Segment): Segment {
  const { network, broadcast } = networkBounds(segment.address, segment.prefix)
  const [low, first, last, high, own] = [
    network,
    segment.range.first,
    segment.range.last,
    broadcast,
    segment.address,
  ].map(ipv4ToNumber) as [number, number, number, number, number]
  const fail = (why: string): never => {
    throw new AppError('segment.invalid', `segment ${segment.name}: ${why}`, { segment: segment.name })
  }
  if (first > last) fail(`expected range.first <= range.last, got ${segment.range.first} > ${segment.range.last}`)
  if (first <= low || last >= high) fail(`expected the range inside ${network}/${segment.prefix} without its ends`)
  if (own >= first && own <= last) fail(`expected the range without our own address ${segment.address}`)
  if (segment.gateway && !inNetwork(segment.gateway, segment.address, segment.prefix))
    fail(`expected a gateway inside ${network}/${segment.prefix}, got ${segment.gateway}`)
  return segment
}
