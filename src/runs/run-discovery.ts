import { AppError } from '../core/errors.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { Run } from '../domain/run/run.ts'
import type { DiscoverAnswer } from '../protocol/discover-door.ts'
import type { RunInventories } from './run-inventories.ts'
import type { RecordEvent } from './run-recorder.ts'

type Found = { profile?: string | undefined; inventory?: Inventory | undefined; discoveredAt?: number | undefined }

export type RunDiscoveryDeps = {
  inventories: RunInventories
  machines: { find(name: string): Promise<Found | undefined> }
  /** The machine's profile now that it is described. */
  profileOf(machine: Found): Promise<{ name: string | undefined; why: string }>
  /** A secret with which the machine may ask for what it is to do next. */
  restToken(run: Run): string
  record: RecordEvent
}
export type RunDiscovery = ReturnType<typeof createRunDiscovery>

/** The server's half of a discovery: it stores what the machine is and says which profile that makes. */
export function createRunDiscovery({ inventories, machines, profileOf, restToken, record }: RunDiscoveryDeps) {
  return {
    /** Throws machine.conflict, and freezes the run, where it is another machine, or says that it is. */
    describe: async (run: Run, inventory: Inventory): Promise<DiscoverAnswer> => {
      await inventories.take(run, inventory)
      const machine = await machines.find(run.machine)
      if (!machine) throw new AppError('machine.not_found', `expected a machine, got ${run.machine}`)
      const { name: profile, why } = await profileOf(machine)
      await record(run.id, 'discovered', { profile, why })
      // One that a person registered may hold a system: it goes back to it. Of any other nothing is known to go back to.
      const rests = machine.discoveredAt !== undefined
      return { machine: run.machine, profile, why, ...(rests ? { rest: restToken(run) } : {}) }
    },
  }
}
