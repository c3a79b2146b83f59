import { desc, eq } from 'drizzle-orm'
import type { DatabaseDoor } from './database.ts'
import { bootTemplates } from './schema/templates.ts'

/** A version that somebody gave a boot template at `at` (milliseconds since the epoch); without a source: as shipped again. */
export type TemplateVersion = { path: string; version: number; source: string | null; at: number; by: string }

export type TemplateStore = ReturnType<typeof createTemplateStore>

/** Boot templates that people changed, by their paths. */
export function createTemplateStore(database: DatabaseDoor) {
  const versions = (path: string): Promise<TemplateVersion[]> =>
    database.read.select().from(bootTemplates).where(eq(bootTemplates.path, path)).orderBy(desc(bootTemplates.version))
  return {
    /** The newest first. */
    versions,
    /** What counts now; undefined where nobody ever changed it. */
    current: async (path: string): Promise<TemplateVersion | undefined> => (await versions(path))[0],
    /** Stores the next version and returns its number. */
    add: (path: string, source: string | null, by: string, at: number): Promise<number> =>
      database.unit(async (queries) => {
        const [newest] = await queries
          .select()
          .from(bootTemplates)
          .where(eq(bootTemplates.path, path))
          .orderBy(desc(bootTemplates.version))
          .limit(1)
        const version = (newest?.version ?? 0) + 1
        await queries.insert(bootTemplates).values({ path, version, source, at, by })
        return version
      }),
  }
}
