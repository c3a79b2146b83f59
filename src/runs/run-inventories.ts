import { AppError } from '../core/errors.ts'
import { chooseInstallDisk } from '../domain/install-disk.ts'
import type { Inventory } from '../domain/inventory.ts'
import { type IdentityClaim, judgeIdentity, type KnownIdentity, tellIdentity } from '../domain/machine-identity.ts'
import type { Run } from '../domain/run/run.ts'
import type { ChosenDisk } from '../protocol/agent-door.ts'
import type { RecordEvent } from './run-recorder.ts'

type Known = KnownIdentity & { discoveredAt?: number | undefined }

export type RunInventoriesDeps = {
  machines: {
    find(name: string): Promise<Known | undefined>
    list(): Promise<KnownIdentity[]>
    noteInventory(
      name: string,
      found: { runId: string; at: number; inventory: Inventory; contradicts?: string | undefined },
    ): Promise<void>
    identify(name: string, identity: ReturnType<typeof tellIdentity>): Promise<void>
  }
  noteConflict(claim: IdentityClaim, at: number): Promise<unknown>
  record: RecordEvent
  clock: { now(): number }
}
export type RunInventories = ReturnType<typeof createRunInventories>

/** What every kind of run does with what its agent found on the machine. */
export function createRunInventories({ machines, noteConflict, record, clock }: RunInventoriesDeps) {
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
      const { claims, stops } = judgeIdentity(machine, inventory, await machines.list())
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
      if (machine.discoveredAt !== undefined) await learn(machine, inventory, claims)
    },
    /** The disk that the profile's rule names, for `imageBytes`. Throws the disk.* code that ended the run. */
    chooseDisk: async (
      run: Run,
      inventory: Inventory,
      event: 'diskChosen' | 'sourceChosen',
      imageBytes?: number,
    ): Promise<ChosenDisk> => {
      const rule = run.profile.installDisk
      try {
        const { name, bytes, serial } = chooseInstallDisk(rule, inventory.disks, imageBytes ?? 0)
        await record(run.id, event, { disk: name, bytes, serial, rule, imageBytes })
        return { name, bytes, ...(serial === undefined ? {} : { serial }) }
      } catch (error) {
        if (error instanceof AppError) await record(run.id, 'diskRefused', { code: error.code, message: error.message })
        throw error
      }
    },
  }

  /** Its own cards, UUID and serial; a card that belongs to another machine stays that one's. */
  async function learn(machine: Known, inventory: Inventory, claims: IdentityClaim[]): Promise<void> {
    const told = tellIdentity(inventory)
    const foreign = (await machines.list()).filter(({ name }) => name !== machine.name).flatMap(({ macs }) => macs)
    const cards = claims.length === 0 ? told.macs : told.macs.filter((mac) => !foreign.includes(mac))
    const macs = [...new Set([...machine.macs, ...cards])].slice(0, 32)
    await machines.identify(machine.name, { uuid: told.uuid, serial: told.serial, macs })
  }
}
