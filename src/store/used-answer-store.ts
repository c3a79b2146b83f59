import { and, asc, desc, eq } from 'drizzle-orm'
import type { DatabaseDoor } from './database.ts'
import { usedAnswers } from './schema/templates.ts'

/** A file that a run gave its machine at `at` (milliseconds since the epoch), without its secrets. */
export type UsedAnswer = {
  runId: string
  file: string
  machine: string
  family: string
  release: string
  text: string
  at: number
}

export type UsedAnswerStore = ReturnType<typeof createUsedAnswerStore>

/** What machines were given, by the run that gave it. */
export function createUsedAnswerStore(database: DatabaseDoor) {
  const ofRun = (runId: string): Promise<UsedAnswer[]> =>
    database.read.select().from(usedAnswers).where(eq(usedAnswers.runId, runId)).orderBy(asc(usedAnswers.file))
  return {
    ofRun,
    /** The files of the last run that gave the machine some of this family. */
    last: async (machine: string, family: string): Promise<UsedAnswer[]> => {
      const [newest] = await database.read
        .select()
        .from(usedAnswers)
        .where(and(eq(usedAnswers.machine, machine), eq(usedAnswers.family, family)))
        .orderBy(desc(usedAnswers.at))
        .limit(1)
      return newest ? ofRun(newest.runId) : []
    },
    /** What was given last counts, where a machine asks again. */
    save: (answers: readonly UsedAnswer[]): Promise<unknown> =>
      database.unit(async (queries) => {
        for (const answer of answers)
          await queries
            .insert(usedAnswers)
            .values(answer)
            .onConflictDoUpdate({ target: [usedAnswers.runId, usedAnswers.file], set: answer })
      }),
  }
}
