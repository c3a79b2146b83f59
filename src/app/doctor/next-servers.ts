import type { DoctorFinding } from '../../domain/doctor.ts'
import { type DoctorCheck, noSegment, servedSegments } from './doctor-check.ts'
import { judgeReach } from './reach.ts'

const REMEDY = 'Set `nextServer` of the segment to a server that can be reached, or leave it out.'

/** The server that machines are sent to where Slipway has nothing for them to boot can be reached. */
export const nextServers: DoctorCheck = {
  id: 'next-servers',
  says: 'next servers of the segments answer',
  look: async (subject) => {
    const segments = servedSegments(subject)
    if (segments.length === 0) return [noSegment(subject, 'a next server that answers')]
    const wanted = segments.flatMap((segment) =>
      segment.nextServer === undefined || segment.nextServer === segment.address
        ? []
        : [{ segment, what: 'next server', address: segment.nextServer, remedy: REMEDY }],
    )
    if (wanted.length === 0) return [NONE]
    return Promise.all(wanted.map(({ segment, ...what }) => judgeReach(segment, what)))
  },
}

const NONE: DoctorFinding = {
  about: 'next-servers',
  outcome: 'ok',
  expected: 'a next server that answers',
  got: 'no segment names one',
}
