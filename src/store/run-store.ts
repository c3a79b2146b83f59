import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import { AppError } from '../core/errors.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import type { DatabaseDoor, Queries } from './database.ts'
import { machines, runEvents, runLogs, runs } from './schema.ts'

/** What one event does to a run: the changed fields and the lines to append, decided on the row inside the transaction. */
export type RunChange = {
  run: Partial<Run>
  events: { type: RunEventType; to: Run['state'] | undefined; detail: Record<string, unknown> }[]
  unproved?: 'set' | 'clear'
}
export type RunStore = ReturnType<typeof createRunStore>

/** Runs with their events and logs. */
export function createRunStore(database: DatabaseDoor) {
  return {
    /** Adds a run unless its machine has an open one. Throws machine.busy. */
    add: (run: Run): Promise<void> =>
      database.unit(async (queries) => {
        const [open] = await queries
          .select()
          .from(runs)
          .where(and(eq(runs.machine, run.machine), isNull(runs.endedAt)))
        if (open)
          throw new AppError('machine.busy', `expected ${run.machine} to be free, run ${open.id} is ${open.state}`, {
            runId: open.id,
          })
        await queries.insert(runs).values(toRow(run))
      }),
    /**
     * In one transaction: reads the run, lets `decide` say what changes, writes that. Undefined means nothing changes.
     * `history` reads the run's events of before, inside the same transaction.
     */
    change: (
      id: string,
      at: number,
      decide: (run: Run, history: () => Promise<RunEvent[]>) => RunChange | undefined | Promise<RunChange | undefined>,
    ): Promise<{ run: Run; events: RunEvent[] } | undefined> =>
      database.unit(async (queries) => {
        const run = await find(queries, id)
        const change = run && (await decide(run, () => eventsOf(queries, id)))
        if (!run || !change) return undefined
        const changed = { ...run, ...change.run }
        if (Object.keys(change.run).length > 0) await queries.update(runs).set(toRow(changed)).where(eq(runs.id, id))
        if (change.unproved) {
          const unprovedBy = change.unproved === 'set' ? id : null
          await queries.update(machines).set({ unprovedBy }).where(eq(machines.name, run.machine))
        }
        return { run: changed, events: await append(queries, id, at, change.events) }
      }),
    find: (id: string) => find(database.read, id),
    findOpen: async (machine: string): Promise<Run | undefined> => {
      const [row] = await database.read
        .select()
        .from(runs)
        .where(and(eq(runs.machine, machine), isNull(runs.endedAt)))
      return row && toRun(row)
    },
    list: async (limit: number): Promise<Run[]> =>
      (await database.read.select().from(runs).orderBy(desc(runs.createdAt), desc(runs.id)).limit(limit)).map(toRun),
    open: async (): Promise<Run[]> => (await database.read.select().from(runs).where(isNull(runs.endedAt))).map(toRun),
    events: (id: string, after?: number) => eventsOf(database.read, id, after),
    addLog: (id: string, at: number, lines: string[]): Promise<void> =>
      database.unit(async (queries) => {
        const [last] = await queries
          .select({ seq: sql<number>`coalesce(max(${runLogs.seq}), 0)` })
          .from(runLogs)
          .where(eq(runLogs.runId, id))
        const from = (last?.seq ?? 0) + 1
        if (lines.length > 0)
          await queries.insert(runLogs).values(lines.map((line, i) => ({ runId: id, seq: from + i, at, line })))
      }),
    logs: (id: string, after = 0) =>
      database.read
        .select()
        .from(runLogs)
        .where(and(eq(runLogs.runId, id), gt(runLogs.seq, after)))
        .orderBy(asc(runLogs.seq)),
  }
}

async function find(queries: Queries, id: string): Promise<Run | undefined> {
  const [row] = await queries.select().from(runs).where(eq(runs.id, id))
  return row && toRun(row)
}

async function eventsOf(queries: Queries, id: string, after = 0): Promise<RunEvent[]> {
  const of = and(eq(runEvents.runId, id), gt(runEvents.seq, after))
  const rows = await queries.select().from(runEvents).where(of).orderBy(asc(runEvents.seq))
  return rows.map((row) => ({ ...row, to: row.to ?? undefined }))
}

async function append(queries: Queries, runId: string, at: number, events: RunChange['events']): Promise<RunEvent[]> {
  const [last] = await queries
    .select({ seq: sql<number>`coalesce(max(${runEvents.seq}), 0)` })
    .from(runEvents)
    .where(eq(runEvents.runId, runId))
  const lines = events.map((event, index) => ({ ...event, runId, at, seq: (last?.seq ?? 0) + index + 1 }))
  if (lines.length > 0) await queries.insert(runEvents).values(lines.map((line) => ({ ...line, to: line.to ?? null })))
  return lines
}

const toRow = (run: Run): typeof runs.$inferInsert => ({
  ...run,
  deadlineAt: run.deadlineAt ?? null,
  endedAt: run.endedAt ?? null,
  cause: run.cause ?? null,
  retryOf: run.retryOf ?? null,
})

const toRun = (row: typeof runs.$inferSelect): Run => ({
  ...row,
  deadlineAt: row.deadlineAt ?? undefined,
  endedAt: row.endedAt ?? undefined,
  cause: row.cause ?? undefined,
  retryOf: row.retryOf ?? undefined,
})
