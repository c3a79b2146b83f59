import type { LeaseBook } from '../addressing/lease-book.ts'
import { ipv4ToNumber } from '../core/ipv4.ts'
import type { Segment } from '../domain/segment.ts'
import type { Sighting } from '../domain/sighting.ts'
import type { NetworkDoor, WithMachine } from '../web/api/network-routes.ts'
import type { SegmentNotices } from './segment-notices.ts'
import type { ServedSegments } from './served-segments.ts'

export type NetworkDoorDeps = {
  segments: { list(): Promise<Segment[]> }
  served: Pick<ServedSegments, 'find'>
  leases: Pick<LeaseBook, 'list' | 'use' | 'findByMac'>
  recent(): readonly Sighting[]
  notices: Pick<SegmentNotices, 'list'>
  machines: { findByMac(mac: string): Promise<{ name: string } | undefined> }
}

/** What people can see of the segments, joined to the running servers. */
export function createNetworkDoor(deps: NetworkDoorDeps): NetworkDoor {
  const { segments, served, leases, recent, notices, machines } = deps
  const named = <T extends { mac: string }>(rows: T[]): Promise<WithMachine<T>[]> =>
    Promise.all(rows.map(async (row) => ({ ...row, machine: (await machines.findByMac(row.mac))?.name })))
  return {
    segments: segments.list,
    isServed: (name) => served.find(name) !== undefined,
    pool: ({ name, mode }) => (mode === 'authoritative' ? leases.use(name) : undefined),
    leases: (name) => named(leases.list(name).toSorted((a, b) => ipv4ToNumber(a.address) - ipv4ToNumber(b.address))),
    sightings: async (name) => {
      const all = (await segments.list()).map((segment) => segment.name)
      // What was heard on no segment is told so; whoever told none is where its lease is.
      const placeOf = ({ segment, mac }: Sighting): string | undefined =>
        segment === undefined ? all.find((one) => leases.findByMac(one, mac)) : segment || undefined
      return named(
        recent()
          .filter((sighting) => placeOf(sighting) === name)
          .reverse(),
      )
    },
    notices: () => notices.list().toReversed(),
  }
}
