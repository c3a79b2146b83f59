import type { Run } from '../domain/run/run.ts'

/** The open run of each machine in memory, because each packet of a machine that boots asks for it. */
export type OpenRunCache = {
  find(machine: string): Promise<Run | undefined>
  /** An open run by its id, where one was found or kept before. */
  byId(id: string): Run | undefined
  /** Says that this is what the database has of the run now. */
  keep(run: Run): void
}

export function createOpenRunCache(readOpen: () => Promise<Run[]>): OpenRunCache {
  const byMachine = new Map<string, Run>()
  const machineOf = new Map<string, string>()
  const ended = new Set<string>()
  let loading: Promise<void> | undefined
  let isLoaded = false
  const keep = (run: Run): void => {
    if (run.endedAt === undefined) {
      byMachine.set(run.machine, run)
      machineOf.set(run.id, run.machine)
      return
    }
    // What is being read may still have it open.
    if (!isLoaded) ended.add(run.id)
    if (byMachine.get(run.machine)?.id === run.id) {
      byMachine.delete(run.machine)
      machineOf.delete(run.id)
    }
  }
  return {
    keep,
    byId: (id) => byMachine.get(machineOf.get(id) ?? ''),
    find: async (machine) => {
      loading ??= readOpen().then(
        // What changed while the database was being read is newer than what was read.
        (runs) => {
          isLoaded = true
          runs.filter((run) => !byMachine.has(run.machine) && !ended.has(run.id)).forEach(keep)
          ended.clear()
        },
        (error) => {
          loading = undefined
          throw error
        },
      )
      await loading
      return byMachine.get(machine)
    },
  }
}
