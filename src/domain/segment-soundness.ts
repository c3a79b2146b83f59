import { AppError } from '../core/errors.ts'
import { ipv4ToNumber } from '../core/ipv4.ts'
import { type AddressRange, isBehindRelays, isOnSegment, type Segment, subnetBounds } from './segment.ts'

type Rule = (segment: Segment) => string | undefined

/** Throws segment.invalid with the first rule that a segment breaks; else hands it back. */
export function assertSegmentSound(segment: Segment): Segment {
  for (const rule of RULES) {
    const why = rule(segment)
    if (why !== undefined)
      throw new AppError('segment.invalid', `segment ${segment.name}: ${why}`, { segment: segment.name })
  }
  return segment
}

const RULES: readonly Rule[] = [
  ({ ranges }) => firstOf(ranges, ({ first, last }) => number(first) > number(last) && `expected ${first} <= ${last}`),
  ({ exclusions }) =>
    firstOf(exclusions, ({ first, last }) => number(first) > number(last) && `expected ${first} <= ${last}`),
  (segment) => {
    const { network, broadcast } = subnetBounds(segment)
    const inside = ({ first, last }: AddressRange): boolean =>
      number(first) > number(network) && number(last) < number(broadcast)
    const says = (kind: string, range: AddressRange): string | false =>
      !inside(range) &&
      `expected the ${kind} inside ${network}/${segment.prefix} without its ends, got ${range.first} to ${range.last}`
    return (
      firstOf(segment.ranges, (range) => says('range', range)) ??
      firstOf(segment.exclusions, (range) => says('exclusion', range))
    )
  },
  ({ ranges }) =>
    firstOf(ranges, (one, at) => {
      const other = ranges.slice(at + 1).find((next) => overlap(one, next))
      return other && `expected ranges apart, ${one.first} to ${one.last} and ${other.first} to ${other.last} overlap`
    }),
  ({ ranges, address }) =>
    firstOf(
      ranges,
      (range) => overlap(range, { first: address, last: address }) && `expected a range without our own ${address}`,
    ),
  (segment) => {
    const { subnet, relays, prefix } = segment
    if (!isBehindRelays(segment)) return undefined
    if (subnetBounds(segment).network !== subnet)
      return `expected subnet to be a network address of /${prefix}, got ${subnet}`
    return relays.length === 0 ? 'expected the relays through which subnet is reached, got none' : undefined
  },
  (segment) => {
    const { gateway } = segment
    const { network } = subnetBounds(segment)
    return gateway !== undefined && !isOnSegment(segment, gateway)
      ? `expected a gateway inside ${network}/${segment.prefix}, got ${gateway}`
      : undefined
  },
  (segment) =>
    firstOf(
      segment.reservations,
      ({ address }) =>
        (!isOnSegment(segment, address) || address === segment.address) &&
        `expected a reservation of another address of the subnet, got ${address}`,
    ),
  ({ reservations }) => twice(reservations.map(({ address }) => address)),
  ({ reservations }) => twice(reservations.map((one) => ('mac' in one ? one.mac : one.clientId))),
  ({ options }) => twice(options.map(({ code }) => `option ${code}`)),
]

const number = ipv4ToNumber

const overlap = (a: AddressRange, b: AddressRange): boolean =>
  number(a.first) <= number(b.last) && number(b.first) <= number(a.last)

function firstOf<T>(list: readonly T[], why: (item: T, at: number) => string | false | undefined): string | undefined {
  for (const [at, item] of list.entries()) {
    const said = why(item, at)
    if (said) return said
  }
  return undefined
}

function twice(names: string[]): string | undefined {
  const seen = new Set<string>()
  const found = names.find((name) => seen.size === seen.add(name).size)
  return found && `expected ${found} once, got it twice`
}
