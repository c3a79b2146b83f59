/** DHCP message types by name (RFC 2132 §9.6, RFC 3203, RFC 4388, RFC 6926, RFC 7724). */
export const MESSAGE_TYPES = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
  forceRenew: 9,
  leaseQuery: 10,
  leaseUnassigned: 11,
  leaseUnknown: 12,
  leaseActive: 13,
  bulkLeaseQuery: 14,
  leaseQueryDone: 15,
  activeLeaseQuery: 16,
  leaseQueryStatus: 17,
  tls: 18,
} as const satisfies Record<string, number>

export type MessageType = keyof typeof MESSAGE_TYPES

/** The name of each number, for reading. */
export const MESSAGE_NAMES: ReadonlyMap<number, MessageType> = new Map(
  Object.entries(MESSAGE_TYPES).map(([name, number]) => [number, name as MessageType]),
)
