import { and, asc, desc, eq } from 'drizzle-orm'
import { AppError } from '../core/errors.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { DatabaseDoor } from './database.ts'
import { imageVersions } from './schema/library.ts'

export type ImageVersionStore = ReturnType<typeof createImageVersionStore>

/** The index of image versions: name and version to manifest digest. */
export function createImageVersionStore(database: DatabaseDoor) {
  return {
    add: (row: ImageVersion): Promise<void> =>
      database.unit(async (queries) => {
        const same = and(eq(imageVersions.name, row.name), eq(imageVersions.version, row.version))
        const [known] = await queries.select().from(imageVersions).where(same)
        if (known)
          throw new AppError('image.exists', `expected a new version, ${row.name} ${row.version} is in the library`)
        await queries.insert(imageVersions).values(row)
      }),
    /** The version asked for, or the newest when none is. */
    find: async (name: string, version?: string): Promise<ImageVersion | undefined> => {
      const of =
        version === undefined
          ? eq(imageVersions.name, name)
          : and(eq(imageVersions.name, name), eq(imageVersions.version, version))
      const [row] = await database.read
        .select()
        .from(imageVersions)
        .where(of)
        .orderBy(desc(imageVersions.createdAt))
        .limit(1)
      return row
    },
    list: (): Promise<ImageVersion[]> =>
      database.read.select().from(imageVersions).orderBy(asc(imageVersions.name), desc(imageVersions.createdAt)),
  }
}
