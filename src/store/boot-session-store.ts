import { and, desc, eq } from 'drizzle-orm'
import type { DatabaseDoor } from './database.ts'
import { bootSessions } from './schema.ts'

/** A numbered network boot under a run's grant. `nonceHash` is set once its boot code was exchanged. */
export type BootSession = {
  runId: string
  number: number
  openedAt: number
  mac: string
  stage: 'firmware' | 'script' | 'agent'
  nonceHash: string | undefined
}
export type BootSessionStore = ReturnType<typeof createBootSessionStore>

/** Boot sessions; the one with the highest number is live. */
export function createBootSessionStore(database: DatabaseDoor) {
  return {
    live: async (runId: string): Promise<BootSession | undefined> => {
      const [row] = await database.read
        .select()
        .from(bootSessions)
        .where(eq(bootSessions.runId, runId))
        .orderBy(desc(bootSessions.number))
        .limit(1)
      return row && { ...row, nonceHash: row.nonceHash ?? undefined }
    },
    save: (session: BootSession): Promise<void> =>
      database.unit(async (queries) => {
        const row = { ...session, nonceHash: session.nonceHash ?? null }
        await queries
          .insert(bootSessions)
          .values(row)
          .onConflictDoUpdate({
            target: [bootSessions.runId, bootSessions.number],
            set: { stage: row.stage, nonceHash: row.nonceHash },
          })
      }),
    /** Marks the code of a session as used by the holder of `nonceHash`; false when another nonce used it before. */
    claim: (runId: string, number: number, nonceHash: string): Promise<boolean> =>
      database.unit(async (queries) => {
        const one = and(eq(bootSessions.runId, runId), eq(bootSessions.number, number))
        const [row] = await queries.select().from(bootSessions).where(one)
        if (!row || (row.nonceHash !== null && row.nonceHash !== nonceHash)) return false
        await queries.update(bootSessions).set({ nonceHash, stage: 'agent' }).where(one)
        return true
      }),
  }
}
