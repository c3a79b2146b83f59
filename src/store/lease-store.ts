import { eq, sql } from 'drizzle-orm'
import type { Lease } from '../domain/lease.ts'
import type { DatabaseDoor } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { leases } from './schema.ts'

export type LeaseStore = ReturnType<typeof createLeaseStore>

/** Leases by segment and address. A save resolves once it is durable; saves of the same moment share a commit. */
export function createLeaseStore(database: DatabaseDoor) {
  const commit = createGroupCommit(database)
  return {
    all: async (segment: string): Promise<Lease[]> => {
      const rows = await database.read.select().from(leases).where(eq(leases.segment, segment))
      return rows.map((row) => ({ ...row, uuid: row.uuid ?? undefined, hostName: row.hostName ?? undefined }))
    },
    save: (lease: Lease): Promise<void> => {
      const row = { ...lease, uuid: lease.uuid ?? null, hostName: lease.hostName ?? null }
      const { segment, address, ...changes } = row
      return commit((queries) =>
        queries
          .insert(leases)
          .values(row)
          .onConflictDoUpdate({ target: [leases.segment, leases.address], set: changes }),
      )
    },
    count: async (): Promise<number> => {
      const [row] = await database.read.select({ count: sql<number>`count(*)` }).from(leases)
      return row?.count ?? 0
    },
  }
}
