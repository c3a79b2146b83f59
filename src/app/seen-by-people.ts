import type { LeaseBook } from '../addressing/lease-book.ts'
import { createAnswerDesk } from './answer-desk.ts'
import type { Appliance } from './appliance.ts'
import { createBootPreview } from './boot-preview.ts'
import type { SeenByPeople } from './console-parts.ts'
import { createDoctorDesk } from './doctor/doctor-desk.ts'
import { DOCTOR_CHECKS } from './doctor/index.ts'
import { runDoctor } from './doctor/run-doctor.ts'
import { createMachineRegistry } from './machine-registry.ts'
import { createNetworkDoor, type NetworkDoorDeps } from './network-door.ts'
import { createProfileRegistry } from './profile-registry.ts'
import type { RunParts } from './run-parts.ts'
import { createTemplateDesk } from './template-desk.ts'

type Running = Pick<NetworkDoorDeps, 'served' | 'notices' | 'recent'> & { runs: RunParts; leases: LeaseBook }

/** What people can ask of a running service beside its resources and runs. */
export function seenByPeople(
  { store, settings, clock, shelf }: Appliance,
  { runs, leases, served, notices, recent }: Running,
): SeenByPeople {
  const bootPreview = createBootPreview({
    ...{ decider: runs.decider, openRun: store.runs.findOpen },
    ...{ machines: store.machines, segments: store.segments, httpPort: settings.machines.httpPort },
    segmentOf: async (mac) =>
      (await store.segments.list()).map(({ name }) => name).find((name) => leases.findByMac(name, mac)),
  })
  const network = createNetworkDoor({
    ...{ segments: store.segments, machines: store.machines, recent, served, leases, notices },
  })
  const doctor = createDoctorDesk({
    ...{ checks: DOCTOR_CHECKS.length, clock },
    look: (onDone) => runDoctor(settings, clock, { isService: true, onDone }),
  })
  const machines = createMachineRegistry({ store, clock }, runs.profiles)
  const templates = {
    ...createTemplateDesk({ store, clock }, shelf),
    ...createAnswerDesk({ store, machines, shelf, ports: settings.machines }),
  }
  return { bootPreview, network, doctor, machines, templates, profiles: createProfileRegistry(store, machines) }
}
