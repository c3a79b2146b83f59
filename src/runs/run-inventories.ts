import { AppError } from '../core/errors.ts'
import { chooseInstallDisk } from '../domain/install-disk.ts'
import type { Inventory } from '../domain/inventory.ts'
import { knownUuid } from '../domain/machine.ts'
import type { Run } from '../domain/run/run.ts'
import type { ChosenDisk } from '../protocol/agent-door.ts'
import type { RecordEvent } from './run-recorder.ts'

export type RunInventoriesDeps = {
  machines: {
    find(name: string): Promise<{ uuid?: string | undefined } | undefined>
    saveInventory(name: string, inventory: Inventory): Promise<void>
  }
  record: RecordEvent
}
export type RunInventories = ReturnType<typeof createRunInventories>

/** What every kind of run does with what its agent found on the machine. */
export function createRunInventories({ machines, record }: RunInventoriesDeps) {
  return {
    /** Stores the inventory. Throws machine.conflict, and freezes the run, on another machine than the registered one. */
    take: async (run: Run, inventory: Inventory): Promise<void> => {
      await machines.saveInventory(run.machine, inventory)
      const { disks, nics, ...rest } = inventory
      await record(run.id, 'inventoryTaken', { ...rest, disks: disks.length, nics: nics.length })
      await assertIdentity(run, inventory)
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

  /** The agent runs on the machine itself, so its UUID is the last word on which machine this is. */
  async function assertIdentity(run: Run, inventory: Inventory): Promise<void> {
    const wanted = (await machines.find(run.machine))?.uuid
    const got = knownUuid(inventory.uuid)
    if (!wanted || !got || wanted === got) return
    const message = `expected UUID ${wanted} for ${run.machine}, the agent found ${got}`
    await record(run.id, 'identityConflict', { expected: wanted, got })
    await record(run.id, 'frozen', { code: 'machine.conflict', message })
    throw new AppError('machine.conflict', message)
  }
}
