import { asc, eq } from 'drizzle-orm'
import { HardwareProfile } from '../domain/hardware-profile.ts'
import type { DatabaseDoor, Queries } from './database.ts'
import { profiles, profileVersions } from './schema/machines.ts'

/** A hardware profile as it is now, with the number of its version. */
export type VersionedProfile = { spec: HardwareProfile; version: number }
/** One that it was or is; `at` in milliseconds since the epoch, 0 where nobody noted it. */
export type ProfileVersion = { version: number; spec: HardwareProfile; at: number }

export type ProfileStore = ReturnType<typeof createProfileStore>

/**
 * Hardware profiles by name, with every version that they had; remembered, because each list of machines asks which of
 * them match. One that was stored by an earlier program gets today's fields.
 */
export function createProfileStore(database: DatabaseDoor) {
  let known: Promise<Map<string, VersionedProfile>> | undefined
  const read = async (): Promise<Map<string, VersionedProfile>> => {
    const rows = await database.read.select().from(profiles).orderBy(asc(profiles.name))
    return new Map(
      rows.map(({ name, spec, version }) => [name, { spec: HardwareProfile.parse(spec), version }] as const),
    )
  }
  const remembered = (): Promise<Map<string, VersionedProfile>> => {
    known ??= read().catch((error) => {
      known = undefined
      throw error
    })
    return known
  }
  return {
    find: async (name: string): Promise<HardwareProfile | undefined> => (await remembered()).get(name)?.spec,
    current: async (name: string): Promise<VersionedProfile | undefined> => (await remembered()).get(name),
    list: async (): Promise<HardwareProfile[]> => [...(await remembered()).values()].map(({ spec }) => spec),
    /** Stores it under the next version's number, unless it is what it was. */
    save: async (spec: HardwareProfile, at: number = Date.now()): Promise<void> => {
      await database.unit((queries) => save(queries, spec, at))
      known = undefined
    },
    /** The newest first. */
    versions: async (name: string): Promise<ProfileVersion[]> => {
      const rows = await database.read.select().from(profileVersions).where(eq(profileVersions.name, name))
      const noted = rows.map(({ version, spec, at }) => ({ version, spec: HardwareProfile.parse(spec), at }))
      const now = (await remembered()).get(name)
      const all = now && !noted.some(({ version }) => version === now.version) ? [...noted, { ...now, at: 0 }] : noted
      return all.sort((a, b) => b.version - a.version)
    },
  }
}

async function save(queries: Queries, spec: HardwareProfile, at: number): Promise<void> {
  const [row] = await queries.select().from(profiles).where(eq(profiles.name, spec.name))
  if (row && JSON.stringify(HardwareProfile.parse(row.spec)) === JSON.stringify(spec)) return
  const version = (row?.version ?? 0) + 1
  const { name } = spec
  if (row) {
    // The first version of a profile from before versions were kept.
    const before = { name, version: row.version, spec: row.spec, at: 0 }
    await queries.insert(profileVersions).values(before).onConflictDoNothing()
  }
  await queries.insert(profileVersions).values({ name, version, spec, at })
  const set = { spec, version }
  await queries
    .insert(profiles)
    .values({ name, ...set })
    .onConflictDoUpdate({ target: profiles.name, set })
}
