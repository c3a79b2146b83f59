import { createAddressPool } from '../../src/addressing/address-pool.ts'
import type { LeaseClient } from '../../src/addressing/lease-client.ts'
import { createLeaseTable, type LeaseTable } from '../../src/addressing/lease-table.ts'
import type { LeaseStore } from '../../src/addressing/segment-leases.ts'
import type { Lease } from '../../src/domain/lease.ts'
import { Segment } from '../../src/domain/segment.ts'

/** A segment with the four addresses 10.0.0.10 to 10.0.0.13, of which .12 is the gateway. */
export const segment = Segment.parse({
  name: 'lab',
  site: { name: 'hall', kind: 'test' },
  interface: 'eth0',
  address: '10.0.0.1',
  prefix: 24,
  range: { first: '10.0.0.10', last: '10.0.0.13' },
  gateway: '10.0.0.12',
})

export const MAC_A = '52:54:00:00:00:0a'
export const MAC_B = '52:54:00:00:00:0b'
export const UUID_A = '00112233-4455-6677-8899-aabbccddeeff'
export const UUID_B = '10112233-4455-6677-8899-aabbccddeeff'

export const client = (mac: string, over: Partial<LeaseClient> = {}): LeaseClient => ({
  key: `hw:1:${mac}`,
  mac,
  uuid: undefined,
  hostName: undefined,
  ...over,
})

/** A lease of `mac` that is bound and ends at 1000. */
export const lease = (address: string, mac: string, over: Partial<Lease> = {}): Lease => ({
  segment: 'lab',
  address,
  clientKey: `hw:1:${mac}`,
  mac,
  uuid: undefined,
  hostName: undefined,
  state: 'bound',
  expiresAt: 1000,
  updatedAt: 0,
  ...over,
})

export const tableOf = (...leases: Lease[]): LeaseTable => createLeaseTable(createAddressPool(segment), leases)

/** A store that keeps what it was given; `gate` is awaited before a save counts, and may reject. */
export type MemoryStore = LeaseStore & { saved: Lease[]; gate: () => Promise<void> }

export function memoryStore(...known: Lease[]): MemoryStore {
  const store: MemoryStore = {
    saved: [],
    gate: async () => {},
    all: async (name) => known.filter((each) => each.segment === name),
    save: async (each) => {
      await store.gate()
      store.saved.push(each)
    },
  }
  return store
}
