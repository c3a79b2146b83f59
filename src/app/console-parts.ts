import type { LeaseBook } from '../addressing/lease-book.ts'
import type { NetworkDoor } from '../web/api/network-routes.ts'
import type { createConsole } from '../web/console/console.ts'
import type { Appliance } from './appliance.ts'
import type { createBootPreview } from './boot-preview.ts'
import type { DoctorDesk } from './doctor/doctor-desk.ts'
import type { RunParts } from './run-parts.ts'

/** What both API and console show of the running service. */
export type SeenByPeople = {
  bootPreview: ReturnType<typeof createBootPreview>
  network: NetworkDoor
  doctor: DoctorDesk
}

/** What the console's pages read, joined to the appliance. */
export function consoleParts(
  appliance: Appliance,
  runs: RunParts,
  leases: LeaseBook,
  seen: SeenByPeople,
): Parameters<typeof createConsole>[0] {
  const { store, library } = appliance
  const leaseOf = async (mac: string) =>
    (await store.segments.list()).map(({ name }) => leases.findByMac(name, mac)).find((lease) => lease !== undefined)
  return {
    access: appliance.access,
    runs: runs.service,
    openRuns: store.runs.open,
    transfers: runs.transfers.list,
    feed: runs.feed,
    resources: store,
    images: { list: store.images.list, manifest: library.manifest },
    leaseOf,
    ...seen,
    conflictsOf: store.conflicts.list,
  }
}
