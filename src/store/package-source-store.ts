import { asc, eq } from 'drizzle-orm'
import { PackageSource } from '../domain/package-source.ts'
import type { DatabaseDoor } from './database.ts'
import { packageSources } from './schema/packages.ts'

/** A source as it is kept; `pinnedAt`: since when it stays as it is, in milliseconds since the epoch. */
export type KeptPackageSource = PackageSource & { pinnedAt: number | undefined }

export type PackageSourceStore = ReturnType<typeof createPackageSourceStore>

/** Sources of packages by name, remembered because each file that a machine asks for asks for its own. */
export function createPackageSourceStore(database: DatabaseDoor) {
  let known: Promise<Map<string, KeptPackageSource>> | undefined
  const read = async (): Promise<Map<string, KeptPackageSource>> => {
    const rows = await database.read.select().from(packageSources).orderBy(asc(packageSources.name))
    return new Map(
      rows.map(({ name, spec, pinnedAt }) => [name, { ...PackageSource.parse(spec), pinnedAt: pinnedAt ?? undefined }]),
    )
  }
  const remembered = (): Promise<Map<string, KeptPackageSource>> => {
    known ??= read().catch((error) => {
      known = undefined
      throw error
    })
    return known
  }
  const change = async (write: Parameters<DatabaseDoor['unit']>[0]): Promise<void> => {
    await database.unit(write)
    known = undefined
  }
  return {
    find: async (name: string): Promise<KeptPackageSource | undefined> => (await remembered()).get(name),
    list: async (): Promise<KeptPackageSource[]> => [...(await remembered()).values()],
    /** One that is pinned stays so. */
    save: (spec: PackageSource): Promise<void> =>
      change((queries) =>
        queries
          .insert(packageSources)
          .values({ name: spec.name, spec })
          .onConflictDoUpdate({ target: packageSources.name, set: { spec } }),
      ),
    pin: (name: string, pinnedAt: number | null): Promise<void> =>
      change((queries) => queries.update(packageSources).set({ pinnedAt }).where(eq(packageSources.name, name))),
    remove: (name: string): Promise<void> =>
      change((queries) => queries.delete(packageSources).where(eq(packageSources.name, name))),
  }
}
