import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { migrate } from 'drizzle-orm/sqlite-proxy/migrator'
import type { DatabaseDoor } from './database.ts'

/** Brings the database to the newest schema, all pending migrations in one unit of work. */
export async function migrateDatabase(database: DatabaseDoor): Promise<void> {
  const run = (statements: string[]): Promise<void> =>
    database.unit(async (queries) => {
      for (const statement of statements) await queries.run(sql.raw(statement))
    })
  await migrate(database.read, run, { migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) })
}
