import type { LeaseBook } from '../addressing/lease-book.ts'
import { AppError } from '../core/errors.ts'
import type { NetworkDoor } from '../web/api/network-routes.ts'
import { templateSaving } from '../web/api/template-routes.ts'
import type { createConsole } from '../web/console/console.ts'
import type { LibraryDoor } from '../web/console/pages.ts'
import type { AnswerDesk } from './answer-desk.ts'
import type { Appliance } from './appliance.ts'
import type { createBootPreview } from './boot-preview.ts'
import { depotDoor } from './depots.ts'
import type { DoctorDesk } from './doctor/doctor-desk.ts'
import type { ImageIntake } from './image-intake.ts'
import type { MachineRegistry } from './machine-registry.ts'
import type { ProfileRegistry } from './profile-registry.ts'
import type { RunParts } from './run-parts.ts'
import type { TemplateDesk } from './template-desk.ts'

/** What both API and console show of the running service. */
export type SeenByPeople = {
  bootPreview: ReturnType<typeof createBootPreview>
  network: NetworkDoor
  doctor: DoctorDesk
  machines: MachineRegistry
  profiles: ProfileRegistry
  templates: TemplateDesk & AnswerDesk
}

/** What the console's pages read, joined to the appliance. */
export function consoleParts(
  appliance: Appliance,
  runs: RunParts,
  leases: LeaseBook,
  seen: SeenByPeople,
  intake: ImageIntake,
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
    resources: { ...store, machines: seen.machines },
    images: { list: store.images.list, manifest: library.manifest },
    library: libraryDoor(appliance, intake),
    packages: { stands: appliance.packages.stands, httpPort: appliance.settings.machines.httpPort },
    leaseOf,
    ...seen,
    saveTemplate: templateSaving({
      templates: seen.templates,
      audit: (actor, ...what) => appliance.access.audit(actor.name, ...what),
    }),
    conflictsOf: store.conflicts.list,
  }
}

/** What the console shows of the library. */
function libraryDoor(appliance: Appliance, intake: ImageIntake): LibraryDoor {
  const { library, lifecycle, settings, store } = appliance
  return {
    record: lifecycle.record,
    stand: lifecycle.stand,
    channelNames: settings.channels.map(({ name }) => name),
    channels: async (image) =>
      Promise.all(
        (await lifecycle.channels(image)).map(async ({ channel, golden }) => ({
          ...{ channel, version: golden?.version },
          rollback: (await lifecycle.rollbackTarget(image, channel))?.version,
        })),
      ),
    files: async (digest) => {
      const { manifest, signedBy } = await library.content(digest)
      if (manifest.format === 'slipway-files/1') return { manifest, signedBy }
      throw new AppError('image.malformed', `expected files, got the disk ${manifest.name} ${manifest.version}`)
    },
    jobs: intake.jobs.list,
    space: () => library.space(),
    faults: store.libraryFaults.list,
    depots: depotDoor(appliance).depots.stands,
    importHosts: settings.library.importHosts,
  }
}
