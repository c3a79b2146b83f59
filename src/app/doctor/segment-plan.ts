import { AppError } from '../../core/errors.ts'
import { ipv4ToNumber } from '../../core/ipv4.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import { type AddressRange, type Segment, subnetBounds } from '../../domain/segment.ts'
import { assertSegmentSound } from '../../domain/segment-soundness.ts'
import { type DoctorCheck, noSegment, servedSegments } from './doctor-check.ts'

const EXPECTED = 'its own subnet and ranges, a gateway inside'

/** Each segment is sound, and has its addresses for itself among those of its interface and of its site. */
export const segmentPlan: DoctorCheck = {
  id: 'segment-plan',
  says: 'segments sound, their subnets and ranges apart',
  look: async (subject) => {
    const segments = servedSegments(subject)
    return segments.length === 0 ? [noSegment(subject, EXPECTED)] : judgePlan(segments)
  },
}

/** What contradicts itself in a segment, or two of them; one finding for each segment where nothing does. */
export function judgePlan(segments: readonly Segment[]): DoctorFinding[] {
  return segments.flatMap((segment, index) => {
    const about = `segment ${segment.name}`
    const found = [...unsound(segment), ...segments.slice(index + 1).flatMap((other) => contradiction(segment, other))]
    return found.length > 0 ? found : [{ about, outcome: 'ok', expected: EXPECTED, got: 'nothing contradicts it' }]
  })
}

function unsound(segment: Segment): DoctorFinding[] {
  try {
    assertSegmentSound(segment)
    return []
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const remedy = 'Correct the segment and `slipway apply` it; it was stored by an earlier version.'
    return [{ about: `segment ${segment.name}`, outcome: 'problem', expected: EXPECTED, got: error.message, remedy }]
  }
}

function contradiction(one: Segment, other: Segment): DoctorFinding[] {
  const place = sharedPlace(one, other)
  if (place === undefined) return []
  const found = { about: `segments ${one.name} and ${other.name}`, outcome: 'problem' as const, expected: EXPECTED }
  const pair = one.ranges.flatMap((a) => other.ranges.map((b) => [a, b] as const)).find(([a, b]) => overlap(a, b))
  if (pair) {
    const [a, b] = pair.map(({ first, last }) => `${first} to ${last}`)
    const remedy = 'Keep the ranges apart: two machines would be given one address.'
    return [{ ...found, got: `${a} and ${b} overlap, ${place}`, remedy }]
  }
  if (!overlap(subnetOf(one), subnetOf(other))) return []
  const remedy = 'Make one segment of them with both ranges, or give each a subnet of its own.'
  return [{ ...found, got: `their subnets overlap, ${place}`, remedy }]
}

function sharedPlace(one: Segment, other: Segment): string | undefined {
  if (one.interface === other.interface) return `both on ${one.interface}`
  return one.site.name === other.site.name ? `both of site ${one.site.name}` : undefined
}

const subnetOf = (segment: Segment): AddressRange => {
  const { network, broadcast } = subnetBounds(segment)
  return { first: network, last: broadcast }
}

const overlap = (a: AddressRange, b: AddressRange): boolean =>
  ipv4ToNumber(a.first) <= ipv4ToNumber(b.last) && ipv4ToNumber(b.first) <= ipv4ToNumber(a.last)
