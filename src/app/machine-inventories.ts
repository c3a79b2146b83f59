import { createRunInventories, type RunInventories } from '../runs/run-inventories.ts'
import type { RecordEvent } from '../runs/run-recorder.ts'
import type { Appliance } from './appliance.ts'
import type { MachineProfiles } from './machine-profiles.ts'

type Parts = { record: RecordEvent; profiles: Pick<MachineProfiles, 'of'> }

/** Inventories of runs, joined to the machines and profiles of the appliance. */
export function createMachineInventories(
  { store, clock }: Pick<Appliance, 'store' | 'clock'>,
  { record, profiles }: Parts,
): RunInventories {
  const { machines, runs, conflicts } = store
  return createRunInventories({
    ...{ machines, noteConflict: conflicts.note, record, clock },
    fold: async (name, into) => {
      const open = await runs.findOpen(name)
      if (open) await record(open.id, 'cancelled', { actor: `the agent of ${into}, whose card it is` })
      await machines.remove(name)
    },
    profileByRules: async (name) => {
      const machine = await machines.find(name)
      return machine && machine.profile === undefined ? profiles.of(machine) : undefined
    },
  })
}
