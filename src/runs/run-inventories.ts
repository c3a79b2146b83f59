import { AppError } from '../core/errors.ts'
import { chooseInstallDisk } from '../domain/install-disk.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { IdentityClaim } from '../domain/machine-identity.ts'
import type { Run } from '../domain/run/run.ts'
import type { ChosenDisk } from '../protocol/agent-door.ts'
import { createMachineIdentities, type KnownMachine, type MachineIdentitiesDeps } from './machine-identities.ts'
import type { RecordEvent } from './run-recorder.ts'

export type RunInventoriesDeps = MachineIdentitiesDeps & {
  machines: {
    find(name: string): Promise<KnownMachine | undefined>
    noteInventory(
      name: string,
      found: { runId: string; at: number; inventory: Inventory; contradicts?: string | undefined },
    ): Promise<void>
  }
  noteConflict(claim: IdentityClaim, at: number): Promise<unknown>
  /** The profile that the machine has now, where its rules chose it; undefined where a person did. */
  profileByRules(name: string): Promise<{ name: string | undefined; why: string } | undefined>
  record: RecordEvent
  clock: { now(): number }
}
export type RunInventories = ReturnType<typeof createRunInventories>

/** What every kind of run does with what its agent found on the machine. */
export function createRunInventories(deps: RunInventoriesDeps) {
  const { machines, noteConflict, record, clock } = deps
  const identities = createMachineIdentities(deps)
  return {
    /**
     * Stores the inventory; one that nobody registered learns from it who it is. Throws machine.conflict, and freezes the
     * run, on another machine than the registered one.
     */
    take: async (run: Run, inventory: Inventory): Promise<void> => {
      const { disks, nics, pci, memory, ...rest } = inventory
      const counts = { disks: disks.length, nics: nics.length, memoryModules: memory?.length, pciDevices: pci?.length }
      await record(run.id, 'inventoryTaken', { ...rest, ...counts })
      const machine = await machines.find(run.machine)
      if (!machine) throw new AppError('machine.not_found', `expected a machine, got ${run.machine}`)
      const { claims, stops } = await identities.judge(machine, inventory)
      const at = clock.now()
      await machines.noteInventory(run.machine, { runId: run.id, at, inventory, contradicts: stops })
      for (const claim of claims) {
        await noteConflict(claim, at)
        await record(run.id, 'identityConflict', { ...claim, why: claim.says })
      }
      if (stops !== undefined) {
        await record(run.id, 'frozen', { code: 'machine.conflict', message: stops })
        throw new AppError('machine.conflict', stops)
      }
      await identities.foldCards(machine, inventory)
      if (machine.discoveredAt !== undefined && machine.inventory === undefined)
        await identities.learn(machine, inventory)
    },
    /** The disk that the profile's rule names, for `imageBytes`. Throws the disk.* code, or profile.changed, that ended the run. */
    chooseDisk: async (
      run: Run,
      inventory: Inventory,
      event: 'diskChosen' | 'sourceChosen',
      imageBytes?: number,
    ): Promise<ChosenDisk> => {
      const rule = run.profile.installDisk
      try {
        await assertSameProfile(run)
        const { name, bytes, serial } = chooseInstallDisk(rule, inventory.disks, imageBytes ?? 0)
        await record(run.id, event, { disk: name, bytes, serial, rule, imageBytes })
        return { name, bytes, ...(serial === undefined ? {} : { serial }) }
      } catch (error) {
        if (error instanceof AppError) await record(run.id, 'diskRefused', { code: error.code, message: error.message })
        throw error
      }
    },
  }

  /** The rules chose the profile by what was found before: what is found now has to lead to it too. Throws profile.changed. */
  async function assertSameProfile(run: Run): Promise<void> {
    const now = await deps.profileByRules(run.machine)
    if (now === undefined || now.name === run.profile.name) return
    const got = now.name ?? 'none'
    throw new AppError(
      'profile.changed',
      `expected the rules to choose ${run.profile.name} for ${run.machine} as when the run began, got ${got}: ${now.why}`,
    )
  }
}
