import { hasCode } from '../../core/errors.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { Segment } from '../../domain/segment.ts'
import { type DoctorCheck, noSegment, servedSegments } from './doctor-check.ts'
import { reach } from './reach.ts'

/** A kind of address that segments name and that has to answer; `expected` tells of all of them, `what` of one. */
export type ReachRow = Pick<DoctorCheck, 'id' | 'says'> & {
  what: string
  expected: string
  remedy: string
  addressesOf(segment: Segment): string[]
}

/** The check that asks for every such address of the served segments, all at once. */
export const reachCheck = ({ id, says, expected, addressesOf, ...row }: ReachRow): DoctorCheck => ({
  id,
  says,
  look: async (subject) => {
    const segments = servedSegments(subject)
    if (segments.length === 0) return [noSegment(subject, expected)]
    const wanted = segments.flatMap((segment) => addressesOf(segment).map((address) => ({ segment, address })))
    if (wanted.length === 0) return [{ about: id, outcome: 'ok', expected, got: 'no segment names one' }]
    return Promise.all(wanted.map(({ segment, address }) => judgeReach(segment, address, row)))
  },
})

/** The one address of a segment as such a list: empty where there is none, or it is Slipway's own. */
export const otherThanOwn = ({ address: own }: Segment, address: string | undefined): string[] =>
  address === undefined || address === own ? [] : [address]

async function judgeReach(
  segment: Segment,
  address: string,
  { what, remedy }: Pick<ReachRow, 'what' | 'remedy'>,
): Promise<DoctorFinding> {
  const found = { about: `segment ${segment.name}: ${what} ${address}`, expected: 'an answer' }
  try {
    const { answered, got, blind } = await reach(segment, address)
    if (answered) return { ...found, outcome: 'ok', got }
    return { ...found, outcome: blind ? 'warning' : 'problem', got, remedy }
  } catch (error) {
    if (!hasCode(error, 'socket.failed')) throw error
    return { ...found, outcome: 'skipped', got: error.message, remedy: 'Run doctor as root; see interfaces.' }
  }
}
