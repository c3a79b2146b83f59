import { bootPreviewRoutes } from '../web/api/boot-preview-routes.ts'
import { conflictRoutes } from '../web/api/conflict-routes.ts'
import { depotRoutes } from '../web/api/depot-routes.ts'
import { doctorRoutes } from '../web/api/doctor-routes.ts'
import type { Endpoint } from '../web/api/endpoint.ts'
import { imageJobRoutes } from '../web/api/image-job-routes.ts'
import { imageLifeRoutes } from '../web/api/image-life-routes.ts'
import { imageRoutes } from '../web/api/image-routes.ts'
import { machineImportRoutes } from '../web/api/machine-import-routes.ts'
import { machineRoutes } from '../web/api/machine-routes.ts'
import { networkRoutes } from '../web/api/network-routes.ts'
import { packageRoutes } from '../web/api/package-routes.ts'
import { powerRoutes } from '../web/api/power-routes.ts'
import { profileRoutes } from '../web/api/profile-routes.ts'
import { resourceRoutes } from '../web/api/resource-routes.ts'
import { runRoutes } from '../web/api/run-routes.ts'
import { secretRoutes } from '../web/api/secret-routes.ts'
import { templateRoutes } from '../web/api/template-routes.ts'
import type { Appliance } from './appliance.ts'
import type { SeenByPeople } from './console-parts.ts'
import { depotDoor } from './depots.ts'
import type { ImageIntake } from './image-intake.ts'
import { createImageLifecycle } from './image-lifecycle.ts'
import { createMachineImports } from './machine-imports.ts'
import type { RunParts } from './run-parts.ts'
import type { SegmentServers } from './segment-servers.ts'

/** Every endpoint of the API, joined to the appliance. */
export function peopleEndpoints(
  appliance: Appliance,
  runs: RunParts,
  servers: SegmentServers,
  seen: SeenByPeople,
  intake: ImageIntake,
): Endpoint[] {
  const { store, access, library } = appliance
  const audit = (actor: { name: string }, action: string, target: string, detail: Record<string, unknown>) =>
    access.audit(actor.name, action, target, detail)
  const segments = {
    list: store.segments.list,
    find: store.segments.find,
    save: async (segment: Parameters<SegmentServers['apply']>[0]) => {
      await servers.apply(segment)
      await store.segments.save(segment)
    },
  }
  const door = { segments, profiles: seen.profiles, machines: seen.machines }
  return [
    ...runRoutes({ runs: runs.service, transfers: runs.transfers.list, feed: runs.feed, audit }),
    ...imageRoutes({ list: store.images.list, manifest: library.manifest }),
    ...imageLifeRoutes({ life: createImageLifecycle(appliance, runs), audit }),
    ...imageJobRoutes({ ...intake, audit }),
    ...depotRoutes({ ...depotDoor(appliance), audit }),
    ...bootPreviewRoutes(seen.bootPreview),
    ...networkRoutes(seen.network),
    ...doctorRoutes({ ...seen.doctor, audit }),
    ...conflictRoutes({ list: store.conflicts.list, machines: store.machines }),
    ...profileRoutes(seen.profiles),
    ...templateRoutes({ templates: seen.templates, audit }),
    ...packageRoutes({ packages: appliance.packages, audit }),
    ...secretRoutes({ secrets: appliance.secrets, audit }),
    ...machineImportRoutes({ importMachines: createMachineImports(store), audit }),
    ...powerRoutes({ act: runs.power, audit }),
    ...resourceRoutes({ ...door, audit }),
    ...machineRoutes({ machines: seen.machines, audit }),
  ]
}
