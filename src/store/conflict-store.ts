import { and, desc, eq, sql } from 'drizzle-orm'
import type { Conflict } from '../domain/conflict.ts'
import type { DatabaseDoor } from './database.ts'
import { machineConflicts } from './schema.ts'

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
        return before?.lastAt
      }),
    /** Those of one machine, or all; the last seen first. */
    list: (machine?: string): Promise<Conflict[]> =>
      database.read
        .select()
        .from(machineConflicts)
        .where(machine === undefined ? undefined : eq(machineConflicts.machine, machine))
        .orderBy(desc(machineConflicts.lastAt)),
  }
}
