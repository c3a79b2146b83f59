import { and, desc, eq, sql } from 'drizzle-orm'
import type { Conflict } from '../domain/conflict.ts'
import type { DatabaseDoor, Queries } from './database.ts'
import { machineConflicts } from './schema/machines.ts'

/** Somebody who makes names up must not fill the disk: of one machine the last seen ones are kept. */
const MOST_OF_ONE_MACHINE = 100

export type ConflictStore = ReturnType<typeof createConflictStore>

/** Contradictions between registered machines and what was seen on the wire, one row each. */
export function createConflictStore(database: DatabaseDoor) {
  return {
    /** Counts a sighting; returns when the same contradiction was last seen before, or undefined at the first time. */
    note: (seen: Pick<Conflict, 'machine' | 'claims' | 'other' | 'says'>, at: number): Promise<number | undefined> =>
      database.unit(async (queries) => {
        const { machine, claims, other } = machineConflicts
        const one = and(eq(machine, seen.machine), eq(claims, seen.claims), eq(other, seen.other))
        const [before] = await queries.select().from(machineConflicts).where(one)
        const target = [machine, claims, other]
        const set = { says: seen.says, lastAt: at, times: sql`${machineConflicts.times} + 1` }
        await queries
          .insert(machineConflicts)
          .values({ ...seen, firstAt: at, lastAt: at, times: 1 })
          .onConflictDoUpdate({ target, set })
        if (before === undefined) await forgetOldest(queries, seen.machine)
        return before?.lastAt
      }),
    /** What was told of a machine is settled. */
    forget: (machine: string): Promise<unknown> =>
      database.unit((queries) => queries.delete(machineConflicts).where(eq(machineConflicts.machine, machine))),
    /** Those of one machine, or all; the last seen first. */
    list: (machine?: string): Promise<Conflict[]> =>
      database.read
        .select()
        .from(machineConflicts)
        .where(machine === undefined ? undefined : eq(machineConflicts.machine, machine))
        .orderBy(desc(machineConflicts.lastAt)),
  }
}

async function forgetOldest(queries: Queries, name: string): Promise<void> {
  const { machine, claims, other, lastAt } = machineConflicts
  const rows = await queries
    .select({ claims, other })
    .from(machineConflicts)
    .where(eq(machine, name))
    .orderBy(desc(lastAt))
  for (const row of rows.slice(MOST_OF_ONE_MACHINE))
    await queries.delete(machineConflicts).where(and(eq(machine, name), eq(claims, row.claims), eq(other, row.other)))
}
