import type { DoctorFinding } from '../../domain/doctor.ts'
import { type DoctorCheck, noSegment, servedSegments } from './doctor-check.ts'
import { judgeReach } from './reach.ts'

const REMEDY =
  'Look for a route to the relay (`ip route get ADDRESS`), and that its address on the machines’ side is the one in `relays`.'

/** The relays that ask for machines of a segment can be answered: replies go to their giaddr. */
export const relays: DoctorCheck = {
  id: 'relays',
  says: 'relays of the segments answer',
  look: async (subject) => {
    const segments = servedSegments(subject)
    if (segments.length === 0) return [noSegment(subject, 'relays that answer')]
    const wanted = segments.flatMap((segment) =>
      segment.relays.map((address) => ({ segment, what: 'relay', address, remedy: REMEDY })),
    )
    if (wanted.length === 0) return [NONE]
    return Promise.all(wanted.map(({ segment, ...what }) => judgeReach(segment, what)))
  },
}

const NONE: DoctorFinding = {
  about: 'relays',
  outcome: 'ok',
  expected: 'relays that answer',
  got: 'no segment names one',
}
