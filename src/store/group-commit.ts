import type { DatabaseDoor, Queries } from './database.ts'

type Write = { step(queries: Queries): Promise<unknown>; resolve(): void; reject(error: unknown): void }

/**
 * Lets many small writes share one commit: while a commit is under way newcomers wait and go together in the next one.
 * Each promise resolves when its own write is durable.
 */
export function createGroupCommit(database: DatabaseDoor): (step: Write['step']) => Promise<void> {
  let pending: Write[] = []
  let busy = false
  const drain = async (): Promise<void> => {
    busy = true
    while (pending.length > 0) {
      const group = pending
      pending = []
      try {
        await database.unit((queries) => Promise.all(group.map((write) => write.step(queries))))
        for (const write of group) write.resolve()
      } catch (error) {
        for (const write of group) write.reject(error)
      }
    }
    busy = false
  }
  return (step) =>
    new Promise((resolve, reject) => {
      pending.push({ step, resolve, reject })
      if (!busy) void drain()
    })
}
