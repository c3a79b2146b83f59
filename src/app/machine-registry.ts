import { AppError } from '../core/errors.ts'
import type { Machine } from '../domain/machine.ts'
import { tellIdentity } from '../domain/machine-identity.ts'
import type { MachineRecord } from '../store/machine-store.ts'
import type { Appliance } from './appliance.ts'
import type { ChosenProfile, MachineProfiles } from './machine-profiles.ts'

/** A machine as people see it: with the profile that it has, and why. */
export type SeenMachine = MachineRecord & { chosen: ChosenProfile }
export type MachineRegistry = ReturnType<typeof createMachineRegistry>

/** What people do with machines: look at them, register them, say who they are. */
export function createMachineRegistry({ store, clock }: Pick<Appliance, 'store' | 'clock'>, profiles: MachineProfiles) {
  const { machines } = store
  const found = async (name: string): Promise<MachineRecord> => {
    const machine = await machines.find(name)
    if (!machine) throw new AppError('machine.not_found', `expected a machine, got ${name}`)
    return machine
  }
  return {
    list: async (): Promise<SeenMachine[]> => {
      const all = await machines.list()
      const chosen = await profiles.ofAll(all)
      return all.map((machine, at) => ({ ...machine, chosen: chosen[at]! }))
    },
    find: async (name: string): Promise<SeenMachine | undefined> => {
      const machine = await machines.find(name)
      return machine && { ...machine, chosen: await profiles.of(machine) }
    },
    /** A machine that names a profile which is not there could be registered and never deployed. Throws profile.not_found. */
    save: async (machine: Machine): Promise<void> => {
      if (machine.profile !== undefined && !(await store.profiles.find(machine.profile)))
        throw new AppError('profile.not_found', `expected a hardware profile, ${machine.name} names ${machine.profile}`)
      await machines.save(machine)
    },
    rename: machines.rename,
    remove: async (name: string): Promise<void> => {
      await found(name)
      await machines.remove(name)
    },
    inventories: async (name: string) => {
      await found(name)
      return machines.inventories(name)
    },
    /**
     * Takes over who the machine is from what was found in it last, by the run that the caller saw: its board was replaced.
     * Throws machine.conflict where that belongs to another machine or another finding came since, resource.not_found where
     * the last one does not contradict it.
     */
    accept: async (name: string, runId: string): Promise<MachineRecord> => {
      const machine = await found(name)
      const [newest] = await machines.inventories(name)
      if (newest?.contradicts === undefined)
        throw new AppError('resource.not_found', `expected an inventory that contradicts ${name}, got none`)
      if (newest.runId !== runId)
        throw new AppError(
          'machine.conflict',
          `expected the finding of run ${newest.runId}, which is the last, got ${runId}`,
        )
      const { uuid, serial, macs } = tellIdentity(newest.inventory)
      await machines.identify(name, {
        ...{ uuid: uuid ?? machine.uuid, serial: serial ?? machine.serial },
        macs: macs.length > 0 ? macs : machine.macs,
      })
      const { inventory } = newest
      await machines.noteInventory(name, { runId, inventory, at: clock.now() })
      await store.conflicts.forget(name)
      return found(name)
    },
  }
}
