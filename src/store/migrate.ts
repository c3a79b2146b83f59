import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { migrate } from 'drizzle-orm/sqlite-proxy/migrator'
import type { DatabaseDoor } from './database.ts'

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url))

/** Brings the database to the newest schema, all pending migrations in one unit of work. */
export function migrateDatabase(database: DatabaseDoor): Promise<void> {
  return database.unit((queries) => {
    const run = async (statements: string[]): Promise<void> => {
      for (const statement of statements) await queries.run(sql.raw(statement))
    }
    return migrate(queries, run, { migrationsFolder })
  })
}

/** How many migrations the database lacks; reads only. Drizzle goes by the time of the newest one that was made. */
export async function pendingMigrations({ read }: DatabaseDoor): Promise<number> {
  const [table] = await read.values(sql`SELECT name FROM sqlite_master WHERE name = '__drizzle_migrations'`)
  const [[newest] = []] = table ? await read.values(sql`SELECT max(created_at) FROM __drizzle_migrations`) : []
  return readMigrationFiles({ migrationsFolder }).filter(({ folderMillis }) => folderMillis > Number(newest ?? 0))
    .length
}
