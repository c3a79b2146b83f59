import { asc, eq } from 'drizzle-orm'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import { Segment } from '../domain/segment.ts'
import type { DatabaseDoor } from './database.ts'
import { profiles, segments } from './schema.ts'

/** Resources that are one document under a name. */
export type ResourceStore<T> = {
  find(name: string): Promise<T | undefined>
  list(): Promise<T[]>
  save(spec: T): Promise<void>
}

/** Hardware profiles by name. */
export const createProfileStore = (database: DatabaseDoor): ResourceStore<HardwareProfile> => ({
  find: async (name) => {
    const [row] = await database.read.select().from(profiles).where(eq(profiles.name, name))
    return row?.spec
  },
  list: async () => (await database.read.select().from(profiles).orderBy(asc(profiles.name))).map((row) => row.spec),
  save: (spec) =>
    database.unit(async (queries) => {
      await queries
        .insert(profiles)
        .values({ name: spec.name, spec })
        .onConflictDoUpdate({ target: profiles.name, set: { spec } })
    }),
})

/**
 * Segments by name, remembered because each packet of a machine asks for its own. One that was stored by an earlier version
 * gets today's fields.
 */
export function createSegmentStore(database: DatabaseDoor): ResourceStore<Segment> {
  let known: Promise<Map<string, Segment>> | undefined
  const read = async (): Promise<Map<string, Segment>> => {
    const rows = await database.read.select().from(segments).orderBy(asc(segments.name))
    return new Map(rows.map((row) => [row.name, Segment.parse(row.spec)]))
  }
  const remembered = (): Promise<Map<string, Segment>> => {
    known ??= read().catch((error) => {
      known = undefined
      throw error
    })
    return known
  }
  return {
    find: async (name) => (await remembered()).get(name),
    list: async () => [...(await remembered()).values()],
    save: async (spec) => {
      await database.unit(async (queries) => {
        await queries
          .insert(segments)
          .values({ name: spec.name, spec })
          .onConflictDoUpdate({ target: segments.name, set: { spec } })
      })
      known = undefined
    },
  }
}
