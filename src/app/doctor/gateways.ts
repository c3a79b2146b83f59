import { otherThanOwn, reachCheck } from './reach-check.ts'

/** The gateway that machines are told answers: one that is not there cuts them off after their installation. */
export const gateways = reachCheck({
  id: 'gateways',
  says: 'gateways of the segments answer',
  what: 'gateway',
  expected: 'a gateway that answers',
  remedy:
    'Set `gateway` of the segment to the router that is there, or switch that on; leave it out where there is none.',
  addressesOf: (segment) => otherThanOwn(segment, segment.gateway),
})
