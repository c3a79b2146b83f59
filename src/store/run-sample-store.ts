import { and, asc, eq, gt, inArray } from 'drizzle-orm'
import type { RunSample } from '../domain/run/run.ts'
import type { DatabaseDoor } from './database.ts'
import { runSamples } from './schema/runs.ts'

export type RunSampleStore = ReturnType<typeof createRunSampleStore>

/** How the transfers of runs went, oldest first. A row is found by its run and its time. */
export function createRunSampleStore(database: DatabaseDoor) {
  return {
    list: (runId: string, after = 0): Promise<RunSample[]> =>
      database.read
        .select()
        .from(runSamples)
        .where(and(eq(runSamples.runId, runId), gt(runSamples.at, after)))
        .orderBy(asc(runSamples.at)),
    /** Adds a row, in the place of those at the times `instead`. */
    save: (row: RunSample, instead: number[] = []): Promise<void> =>
      database.unit(async (queries) => {
        const gone = [...instead, row.at]
        await queries.delete(runSamples).where(and(eq(runSamples.runId, row.runId), inArray(runSamples.at, gone)))
        await queries.insert(runSamples).values(row)
      }),
    /** Drops every second row of a run; its first and its last stay. */
    thin: (runId: string): Promise<void> =>
      database.unit(async (queries) => {
        const of = eq(runSamples.runId, runId)
        const rows = await queries.select({ at: runSamples.at }).from(runSamples).where(of).orderBy(asc(runSamples.at))
        const gone = rows.slice(0, -1).flatMap(({ at }, index) => (index % 2 === 1 ? [at] : []))
        for (let from = 0; from < gone.length; from += MOST_VARIABLES)
          await queries
            .delete(runSamples)
            .where(and(of, inArray(runSamples.at, gone.slice(from, from + MOST_VARIABLES))))
      }),
  }
}

/** Fewer than SQLite's least limit of variables in one statement. */
const MOST_VARIABLES = 500
