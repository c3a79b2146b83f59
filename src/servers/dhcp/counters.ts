const NAMES = [
  ...(['received', 'malformed', 'overloaded', 'failed'] as const),
  ...(['offer', 'ack', 'nak', 'informed', 'noted', 'ignored'] as const),
  ...(['broadcastInstead', 'optionsLeft'] as const),
]

/** Packets counted since the start. `optionsLeft`: replies that had no room for all their options. */
export type DhcpCounters = Record<(typeof NAMES)[number], number>

export const noPackets = (): DhcpCounters => Object.fromEntries(NAMES.map((name) => [name, 0])) as DhcpCounters
