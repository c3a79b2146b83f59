import { asc, eq } from 'drizzle-orm'
import type { DatabaseDoor } from './database.ts'
import { secrets } from './schema/templates.ts'

/** A secret as it is kept: sealed, and as a crypt(5) hash; set at `at` (milliseconds since the epoch). */
export type KeptSecret = { name: string; sealed: string; crypt: string; at: number; by: string }

export type SecretStore = ReturnType<typeof createSecretStore>

/** Secrets by name, as they are kept; nothing here can open them. */
export function createSecretStore(database: DatabaseDoor) {
  return {
    find: async (name: string): Promise<KeptSecret | undefined> =>
      (await database.read.select().from(secrets).where(eq(secrets.name, name)))[0],
    list: (): Promise<KeptSecret[]> => database.read.select().from(secrets).orderBy(asc(secrets.name)),
    save: (secret: KeptSecret): Promise<unknown> =>
      database.unit((queries) =>
        queries.insert(secrets).values(secret).onConflictDoUpdate({ target: secrets.name, set: secret }),
      ),
    remove: (name: string): Promise<unknown> =>
      database.unit((queries) => queries.delete(secrets).where(eq(secrets.name, name))),
  }
}
