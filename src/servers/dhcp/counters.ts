const NAMES = [
  ...['received', 'malformed', 'overloaded', 'failed'],
  ...['offer', 'ack', 'nak', 'informed', 'noted', 'ignored'],
  ...['broadcastInstead', 'optionsLeft'],
] as const

/** Packets counted since the start. `optionsLeft`: replies that had no room for all their options. */
export type DhcpCounters = Record<
  | 'received'
  | 'malformed'
  | 'overloaded'
  | 'failed'
  | 'offer'
  | 'ack'
  | 'nak'
  | 'informed'
  | 'noted'
  | 'ignored'
  | 'broadcastInstead'
  | 'optionsLeft',
  number
>

export const noPackets = (): DhcpCounters => Object.fromEntries(NAMES.map((name) => [name, 0])) as DhcpCounters
