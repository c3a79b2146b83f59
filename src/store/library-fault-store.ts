import { desc, eq } from 'drizzle-orm'
import type { DatabaseDoor } from './database.ts'
import { libraryFaults } from './schema/library.ts'

export type LibraryFaultStore = ReturnType<typeof createLibraryFaultStore>
/** A blob that was found damaged or gone. Times in milliseconds since the epoch; `healedFrom`: who had it. */
export type LibraryFault = typeof libraryFaults.$inferSelect

/** Damage of the library's blobs, a row a blob. */
export function createLibraryFaultStore(database: DatabaseDoor) {
  return {
    note: (digest: string, problem: LibraryFault['problem'], foundAt: number): Promise<void> =>
      database.unit(async (queries) => {
        const set = { problem, foundAt, healedAt: null, healedFrom: null }
        await queries
          .insert(libraryFaults)
          .values({ digest, ...set })
          .onConflictDoUpdate({ target: libraryFaults.digest, set })
      }),
    heal: (digest: string, healedFrom: string, healedAt: number): Promise<void> =>
      database.unit(async (queries) => {
        await queries.update(libraryFaults).set({ healedAt, healedFrom }).where(eq(libraryFaults.digest, digest))
      }),
    list: (): Promise<LibraryFault[]> =>
      database.read.select().from(libraryFaults).orderBy(desc(libraryFaults.foundAt)),
  }
}
