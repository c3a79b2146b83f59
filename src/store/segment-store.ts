import { asc } from 'drizzle-orm'
import { Segment } from '../domain/segment.ts'
import type { DatabaseDoor } from './database.ts'
import { segments } from './schema/network.ts'

export type SegmentStore = {
  find(name: string): Promise<Segment | undefined>
  list(): Promise<Segment[]>
  save(spec: Segment): Promise<void>
}

/**
 * Segments by name, remembered because each packet of a machine asks for its own. One that was stored by an earlier version
 * gets today's fields.
 */
export function createSegmentStore(database: DatabaseDoor): SegmentStore {
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
