import { asc } from 'drizzle-orm'
import type { DatabaseDoor } from './database.ts'
import { depots } from './schema/library.ts'

export type DepotStore = ReturnType<typeof createDepotStore>
/** What a depot last said of itself: the manifests of versions that it holds whole, and when (ms since the epoch). */
export type DepotReport = typeof depots.$inferSelect

/** Depots that reported to this appliance. */
export function createDepotStore(database: DatabaseDoor) {
  return {
    report: (name: string, holds: string[], at: number): Promise<void> =>
      database.unit(async (queries) => {
        await queries
          .insert(depots)
          .values({ name, holds, at })
          .onConflictDoUpdate({ target: depots.name, set: { holds, at } })
      }),
    list: (): Promise<DepotReport[]> => database.read.select().from(depots).orderBy(asc(depots.name)),
  }
}
