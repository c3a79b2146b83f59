import { eq, getTableColumns, sql } from 'drizzle-orm'
import type { Lease } from '../domain/lease.ts'
import type { DatabaseDoor, SqlValue } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { leases } from './schema/network.ts'

export type LeaseStore = ReturnType<typeof createLeaseStore>

type Row = typeof leases.$inferSelect

/** Leases by segment and address. A save resolves once it is durable; saves of the same moment share a commit. */
export function createLeaseStore(database: DatabaseDoor) {
  const commit = createGroupCommit((rows: SqlValue[][]) => database.writeRows(SAVE, rows))
  return {
    all: async (segment: string): Promise<Lease[]> => {
      const rows = await database.read.select().from(leases).where(eq(leases.segment, segment))
      return rows.map((row) => ({ ...row, uuid: row.uuid ?? undefined, hostName: row.hostName ?? undefined }))
    },
    save: async (lease: Lease): Promise<void> => {
      const row: Row = { ...lease, uuid: lease.uuid ?? null, hostName: lease.hostName ?? null }
      await commit(COLUMNS.map((column) => row[column]))
    },
    count: async (): Promise<number> => {
      const [row] = await database.read.select({ count: sql<number>`count(*)` }).from(leases)
      return row?.count ?? 0
    },
  }
}

const COLUMNS = Object.keys(getTableColumns(leases)) as (keyof Row)[]

/** Written once by hand: building a statement costs more than running it, and a storm of machines runs this one thousands of times. */
const SAVE = saveStatement()

function saveStatement(): string {
  const columns = getTableColumns(leases)
  const names = COLUMNS.map((column) => `"${columns[column].name}"`)
  const changes = names.map((name) => `${name} = excluded.${name}`)
  const values = `insert into "leases" (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`
  return `${values} on conflict ("segment", "address") do update set ${changes.join(', ')}`
}
