import { otherThanOwn, reachCheck } from './reach-check.ts'

/** The server that machines are sent to where Slipway has nothing for them to boot can be reached. */
export const nextServers = reachCheck({
  id: 'next-servers',
  says: 'next servers of the segments answer',
  what: 'next server',
  expected: 'a next server that answers',
  remedy: 'Set `nextServer` of the segment to a server that can be reached, or leave it out.',
  addressesOf: (segment) => otherThanOwn(segment, segment.nextServer),
})
