import { and, desc, eq, sql } from 'drizzle-orm'
import type { BootSession } from '../domain/boot.ts'
import type { DatabaseDoor } from './database.ts'
import { preparedOn } from './prepared.ts'
import { bootSessions } from './schema/runs.ts'

export type BootSessionStore = ReturnType<typeof createBootSessionStore>

/** Sessions that are remembered: more than one appliance boots machines at a time. */
const MOST_REMEMBERED = 10_000

/** Boot sessions; the one with the highest number is live, and remembered because each packet of its machine asks for it. */
export function createBootSessionStore(database: DatabaseDoor) {
  const remembered = new Map<string, BootSession>()
  const remember = (session: BootSession): void => {
    const before = remembered.get(session.runId)
    if (before && before.number > session.number) return
    remembered.delete(session.runId)
    remembered.set(session.runId, session)
    if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value!)
  }
  const read = async (runId: string): Promise<BootSession | undefined> => {
    const [row] = await database.read
      .select()
      .from(bootSessions)
      .where(eq(bootSessions.runId, runId))
      .orderBy(desc(bootSessions.number))
      .limit(1)
    return row && { ...row, nonceHash: row.nonceHash ?? undefined }
  }
  return {
    live: async (runId: string): Promise<BootSession | undefined> => {
      const known = remembered.get(runId)
      if (known) return known
      const session = await read(runId)
      // One that was saved meanwhile is newer than what was read.
      if (session && !remembered.has(runId)) remember(session)
      return remembered.get(runId)
    },
    save: async (session: BootSession): Promise<void> => {
      const row = { ...session, nonceHash: session.nonceHash ?? null }
      await database.unit((queries) => hot(queries).save.run(row))
      remember(session)
    },
    /** Marks the code of a session as used by the holder of `nonceHash`; false when another nonce used it before. */
    claim: async (runId: string, number: number, nonceHash: string): Promise<boolean> => {
      const claimed = await database.unit(async (queries) => {
        const one = and(eq(bootSessions.runId, runId), eq(bootSessions.number, number))
        const [row] = await queries.select().from(bootSessions).where(one)
        if (!row || (row.nonceHash !== null && row.nonceHash !== nonceHash)) return undefined
        await queries.update(bootSessions).set({ nonceHash, stage: 'agent' }).where(one)
        return { ...row, nonceHash, stage: 'agent' as const }
      })
      if (claimed) remember(claimed)
      return claimed !== undefined
    },
  }
}

const hot = preparedOn((queries) => {
  const [runId, number, openedAt, mac, stage, nonceHash] = (
    ['runId', 'number', 'openedAt', 'mac', 'stage', 'nonceHash'] as const
  ).map((name) => sql.placeholder(name)) as [
    Placeholder,
    Placeholder,
    Placeholder,
    Placeholder,
    Placeholder,
    Placeholder,
  ]
  return {
    save: queries
      .insert(bootSessions)
      .values({ runId, number, openedAt, mac, stage, nonceHash })
      .onConflictDoUpdate({
        target: [bootSessions.runId, bootSessions.number],
        set: { stage: sql`excluded.stage`, nonceHash: sql`excluded.nonce_hash` },
      })
      .prepare(),
  }
})

type Placeholder = ReturnType<typeof sql.placeholder>
