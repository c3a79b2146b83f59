/** What a machine says of itself that belongs to a registered one. */
export type ConflictClaim = 'mac' | 'uuid' | 'serial'

/**
 * A machine that contradicts a registered one, on the wire or by its inventory: it claims that one's MAC, UUID or serial
 * number and says something else of itself (`other`: the UUID or serial beside the MAC, or the MAC beside the UUID or
 * serial). Shown, never merged. Times are milliseconds since the epoch.
 */
export type Conflict = {
  machine: string
  claims: ConflictClaim
  other: string
  says: string
  firstAt: number
  lastAt: number
  times: number
}

const ACCEPT = (machine: string): string => `\`slipway machine accept ${machine}\``

/** What a person does about a conflict, by what is claimed. Nothing of it happens by itself. */
const REMEDIES: Readonly<Record<ConflictClaim, (machine: string, other: string) => string>> = {
  mac: (machine, other) =>
    `If the board of ${machine} was replaced, ${ACCEPT(machine)} takes over what the agent last found there. If the card moved to another machine, take its MAC away from ${machine}. If neither is true, something that is ${other} uses a MAC of ${machine}: find it.`,
  uuid: (machine, other) =>
    `If ${other} is a card of ${machine}, add it to its MACs. If another board carries the same UUID, set \`sharesUuid\` on both machines: their MACs tell them apart. Else a clone of ${machine} is on the segment.`,
  serial: (machine, other) =>
    `If the board of ${machine} was replaced, ${ACCEPT(machine)} takes over what the agent last found there. If the vendor gave one serial number twice, take it away from ${machine}, so that ${other} can be registered beside it.`,
}

/** The ways out of a conflict, in words. */
export const remedyOf = ({ machine, claims, other }: Pick<Conflict, 'machine' | 'claims' | 'other'>): string =>
  REMEDIES[claims](machine, other)
