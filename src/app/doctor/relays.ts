import { reachCheck } from './reach-check.ts'

/** The relays that ask for machines of a segment can be answered: replies go to their giaddr. */
export const relays = reachCheck({
  id: 'relays',
  says: 'relays of the segments answer',
  what: 'relay',
  expected: 'relays that answer',
  remedy:
    'Look for a route to the relay (`ip route get ADDRESS`), and that its address on the machines’ side is the one in `relays`.',
  addressesOf: ({ relays }) => relays,
})
