import { and, asc, desc, eq, exists, gt, inArray, isNull, sql } from 'drizzle-orm'
import { AppError } from '../core/errors.ts'
import { HardwareProfile } from '../domain/hardware-profile.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import type { DatabaseDoor, Queries, SqlValue } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { createOpenRunCache } from './open-run-cache.ts'
import { preparedOn } from './prepared.ts'
import { machines } from './schema/machines.ts'
import { runEvents, runLogs, runs } from './schema/runs.ts'

/** What one event does to a run: the changed fields and the lines to append, decided on the row inside the transaction. */
export type RunChange = {
  run: Partial<Run>
  events: { type: RunEventType; to: Run['state'] | undefined; detail: Record<string, unknown> }[]
  unproved?: 'set' | 'clear'
}
export type RunStore = ReturnType<typeof createRunStore>

/** Runs with their events and logs. `machineChanged` is told of a machine whose row a run changed. */
export function createRunStore(database: DatabaseDoor, machineChanged: (name: string) => Promise<void>) {
  const readOpen = async (): Promise<Run[]> =>
    (await database.read.select().from(runs).where(isNull(runs.endedAt))).map(toRun)
  const openRuns = createOpenRunCache(readOpen)
  const evidence = createGroupCommit(
    (rows: SqlValue[][]) => database.writeRows(APPEND, rows) as Promise<([seq: number] | undefined)[]>,
  )
  return {
    /** Adds a run unless its machine has an open one. Throws machine.busy. */
    add: async (run: Run): Promise<void> => {
      await database.unit(async (queries) => {
        const [open] = await queries
          .select()
          .from(runs)
          .where(and(eq(runs.machine, run.machine), isNull(runs.endedAt)))
        if (open)
          throw new AppError('machine.busy', `expected ${run.machine} to be free, run ${open.id} is ${open.state}`, {
            runId: open.id,
          })
        await queries.insert(runs).values(toRow(run))
      })
      openRuns.keep(run)
    },
    /**
     * In one transaction: reads the run, lets `decide` say what changes, writes that. Undefined means nothing changes.
     * `history` reads the run's events of before, inside the same transaction.
     */
    change: async (
      id: string,
      at: number,
      decide: (run: Run, history: () => Promise<RunEvent[]>) => RunChange | undefined | Promise<RunChange | undefined>,
    ): Promise<{ run: Run; events: RunEvent[] } | undefined> => {
      let machine: string | undefined
      const result = await database.unit(async (queries) => {
        const run = await find(queries, id)
        const change = run && (await decide(run, () => eventsOf(queries, id)))
        if (!run || !change) return undefined
        const changed = { ...run, ...change.run }
        if (Object.keys(change.run).length > 0) await queries.update(runs).set(toRow(changed)).where(eq(runs.id, id))
        if (change.unproved) {
          const unprovedBy = change.unproved === 'set' ? id : null
          await queries.update(machines).set({ unprovedBy }).where(eq(machines.name, run.machine))
          machine = run.machine
        }
        return { run: changed, events: await append(queries, id, at, change.events) }
      })
      if (result) openRuns.keep(result.run)
      if (machine !== undefined) await machineChanged(machine)
      return result
    },
    /**
     * Appends evidence to an open run, which changes nothing of it: many runs' lines share one statement and one commit.
     * Undefined when the run has ended, or is none.
     */
    append: async (
      id: string,
      at: number,
      type: RunEventType,
      detail: Record<string, unknown>,
    ): Promise<{ run: Run; events: RunEvent[] } | undefined> => {
      const appended = await evidence([id, at, type, JSON.stringify(detail), id, id])
      const run = appended && (openRuns.byId(id) ?? (await find(database.read, id)))
      return run && { run, events: [{ runId: id, seq: appended[0], at, type, to: undefined, detail }] }
    },
    find: (id: string) => find(database.read, id),
    findOpen: openRuns.find,
    list: async (limit: number): Promise<Run[]> =>
      (await database.read.select().from(runs).orderBy(desc(runs.createdAt), desc(runs.id)).limit(limit)).map(toRun),
    open: readOpen,
    events: (id: string, after?: number) => eventsOf(database.read, id, after),
    ...runHistory(database),
    ...runLogStore(database),
  }
}

/** What runs did before. */
const runHistory = ({ read }: DatabaseDoor) => ({
  /** The newest run of a machine. */
  lastOf: async (machine: string): Promise<Run | undefined> => {
    const newestFirst = [desc(runs.createdAt), desc(runs.id)]
    const [row] = await read
      .select()
      .from(runs)
      .where(eq(runs.machine, machine))
      .orderBy(...newestFirst)
      .limit(1)
    return row && toRun(row)
  },
  /**
   * The newest run whose image is on the machine's disk, proved by its read-back, however it ended; none where an installer
   * has been there since.
   */
  lastWritten: async (machine: string): Promise<Run | undefined> => {
    const done = and(eq(runEvents.runId, runs.id), inArray(runEvents.type, ['readBackMatched', 'installerFinished']))
    const written = and(
      ...[eq(runs.machine, machine), inArray(runs.kind, ['deploy', 'install'])],
      exists(read.select({ seq: runEvents.seq }).from(runEvents).where(done)),
    )
    const [row] = await read.select().from(runs).where(written).orderBy(desc(runs.createdAt)).limit(1)
    return row?.kind === 'deploy' ? toRun(row) : undefined
  },
})

/** The lines that a run's agent wrote. */
const runLogStore = (database: DatabaseDoor) => ({
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
})

/** The next line of a run's history, if it is open. */
const APPEND = `insert into "run_events" ("run_id", "seq", "at", "type", "detail")
  select ?, coalesce(max("seq"), 0) + 1, ?, ?, ? from "run_events" where "run_id" = ?
  having exists (select 1 from "runs" where "id" = ? and "ended_at" is null) returning "seq"`

/** What every event of every run asks for, built once. */
const hot = preparedOn((queries) => {
  const id = sql.placeholder('id')
  const [runId, seq, at, type, to, detail] = (['runId', 'seq', 'at', 'type', 'to', 'detail'] as const).map((name) =>
    sql.placeholder(name),
  ) as [Placeholder, Placeholder, Placeholder, Placeholder, Placeholder, Placeholder]
  return {
    find: queries.select().from(runs).where(eq(runs.id, id)).prepare(),
    lastSeq: queries
      .select({ seq: sql<number>`coalesce(max(${runEvents.seq}), 0)` })
      .from(runEvents)
      .where(eq(runEvents.runId, id))
      .prepare(),
    addEvent: queries.insert(runEvents).values({ runId, seq, at, type, to, detail }).prepare(),
  }
})

type Placeholder = ReturnType<typeof sql.placeholder>

async function find(queries: Queries, id: string): Promise<Run | undefined> {
  const [row] = await hot(queries).find.all({ id })
  return row && toRun(row)
}

async function eventsOf(queries: Queries, id: string, after = 0): Promise<RunEvent[]> {
  const of = and(eq(runEvents.runId, id), gt(runEvents.seq, after))
  const rows = await queries.select().from(runEvents).where(of).orderBy(asc(runEvents.seq))
  return rows.map((row) => ({ ...row, to: row.to ?? undefined }))
}

async function append(queries: Queries, runId: string, at: number, events: RunChange['events']): Promise<RunEvent[]> {
  const [last] = await hot(queries).lastSeq.all({ id: runId })
  const lines = events.map((event, index) => ({ ...event, runId, at, seq: (last?.seq ?? 0) + index + 1 }))
  for (const line of lines) await hot(queries).addEvent.run({ ...line, to: line.to ?? null })
  return lines
}

const toRow = (run: Run): typeof runs.$inferInsert => ({
  ...run,
  deadlineAt: run.deadlineAt ?? null,
  endedAt: run.endedAt ?? null,
  cause: run.cause ?? null,
  install: run.install ?? null,
  retryOf: run.retryOf ?? null,
  profileVersion: run.profileVersion ?? null,
})

/** What a run of an earlier program did not know of its profile. */
const TODAY = HardwareProfile.parse({ name: 'any' })

const toRun = (row: typeof runs.$inferSelect): Run => ({
  ...row,
  profile: { ...TODAY, ...row.profile },
  deadlineAt: row.deadlineAt ?? undefined,
  endedAt: row.endedAt ?? undefined,
  cause: row.cause ?? undefined,
  install: row.install ?? undefined,
  retryOf: row.retryOf ?? undefined,
  profileVersion: row.profileVersion ?? undefined,
})
