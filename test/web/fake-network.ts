import { createNetworkDoor } from '../../src/app/network-door.ts'
import type { Lease, PoolUse } from '../../src/domain/lease.ts'
import type { SegmentNotice } from '../../src/domain/segment-notice.ts'
import type { Sighting } from '../../src/domain/sighting.ts'
import type { Store } from '../../src/store/create-store.ts'

/** The real network door over what a test writes down instead of servers. */
export function fakeNetwork(store: Store) {
  const leases: Lease[] = []
  const sightings: Sighting[] = []
  const notices: SegmentNotice[] = []
  const broken = new Set<string>()
  const use: PoolUse = { size: 200, leased: 0, offered: 0, resting: 0 }
  const door = createNetworkDoor({
    ...{ segments: store.segments, machines: store.machines },
    served: { find: (name) => (broken.has(name) ? undefined : ({ name } as never)) },
    leases: {
      list: (name) => leases.filter(({ segment }) => segment === name),
      use: () => use,
      findByMac: (name, mac) => leases.find((lease) => lease.segment === name && lease.mac === mac),
    },
    recent: () => sightings,
    notices: { list: () => notices },
  })
  return { door, leases, sightings, notices, broken, use }
}
