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
  /** Whether a run of ours wrote a disk of the machine. */
  wasWritten(machine: string): Promise<boolean>
  /** A secret with which the machine may ask for what it is to do next. */
  restToken(run: Run): string
  record: RecordEvent
}
export type RunDiscovery = ReturnType<typeof createRunDiscovery>

/** The server's half of a discovery: it stores what the machine is and says which profile that makes. */
export function createRunDiscovery(deps: RunDiscoveryDeps) {
  const { inventories, machines, profileOf, record } = deps
  const answer = async (run: Run): Promise<DiscoverAnswer> => {
    const machine = await machines.find(run.machine)
    if (!machine) throw new AppError('machine.not_found', `expected a machine, got ${run.machine}`)
    const { name: profile, why } = await profileOf(machine)
    // One that a person registered, or that we wrote, may hold a system: it goes back to it.
    const rests = machine.discoveredAt !== undefined && !(await deps.wasWritten(run.machine))
    return { machine: run.machine, profile, why, ...(rests ? { rest: deps.restToken(run) } : {}) }
  }
  return {
    /** Throws machine.conflict, and freezes the run, where it is another machine, or says that it is. */
    describe: async (run: Run, inventory: Inventory): Promise<DiscoverAnswer> => {
      await inventories.take(run, inventory)
      const said = await answer(run)
      await record(run.id, 'discovered', { profile: said.profile, why: said.why })
      return said
    },
    /** The same to an agent that did not hear it: its run has ended meanwhile. */
    again: answer,
  }
}
