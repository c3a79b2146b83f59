import type { DoctorFinding } from '../../domain/doctor.ts'
import { type DoctorCheck, noSegment, servedSegments } from './doctor-check.ts'
import { judgeReach } from './reach.ts'

const REMEDY =
  'Set `gateway` of the segment to the router that is there, or switch that on; leave it out where there is none.'

/** The gateway that machines are told answers: one that is not there cuts them off after their installation. */
export const gateways: DoctorCheck = {
  id: 'gateways',
  says: 'gateways of the segments answer',
  look: async (subject) => {
    const segments = servedSegments(subject)
    if (segments.length === 0) return [noSegment(subject, 'a gateway that answers')]
    const wanted = segments.flatMap((segment) =>
      segment.gateway === undefined || segment.gateway === segment.address
        ? []
        : [{ segment, what: 'gateway', address: segment.gateway, remedy: REMEDY }],
    )
    if (wanted.length === 0) return [NONE]
    return Promise.all(wanted.map(({ segment, ...what }) => judgeReach(segment, what)))
  },
}

const NONE: DoctorFinding = {
  about: 'gateways',
  outcome: 'ok',
  expected: 'a gateway that answers',
  got: 'no segment names one',
}
