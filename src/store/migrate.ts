import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
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
