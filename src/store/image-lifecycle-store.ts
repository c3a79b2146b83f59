import { and, asc, desc, eq, inArray, max, sql } from 'drizzle-orm'
import type { ChannelMove, KeptState, StatementKind } from '../domain/image-lifecycle.ts'
import type { DatabaseDoor, Queries } from './database.ts'
import { channelMoves, imageStatements, imageStates } from './schema/library.ts'
import { runs } from './schema/runs.ts'

export type ImageLifecycleStore = ReturnType<typeof createImageLifecycleStore>

/** A statement as a row: the text that was signed, by which key, and the signature in base64. */
export type StatementRow = { kind: StatementKind; document: string; keyId: string; signature: string }

/** States, statements and channels of versions. `change` is one unit of work: what it does is seen whole or not at all. */
export function createImageLifecycleStore(database: DatabaseDoor) {
  return {
    ...rowsOver(database.read),
    change: <T>(steps: (rows: LifecycleRows) => Promise<T>): Promise<T> =>
      database.unit((queries) => steps({ ...rowsOver(queries), ...writesOver(queries) })),
    /** The machines whose newest verified run deployed, or installed by, one of these manifests. */
    machinesOf: async (digests: readonly string[]): Promise<{ machine: string; manifestDigest: string }[]> => {
      const wanted = new Set(digests)
      const newest = await database.read
        .select({ machine: runs.machine, manifestDigest: runs.manifestDigest, at: max(runs.endedAt) })
        .from(runs)
        .where(and(eq(runs.state, 'verified'), inArray(runs.kind, ['deploy', 'install'])))
        .groupBy(runs.machine)
        .orderBy(asc(runs.machine))
      return newest
        .filter((row) => wanted.has(row.manifestDigest))
        .map(({ machine, manifestDigest }) => ({ machine, manifestDigest }))
    },
  }
}

/** What is asked and done inside one unit. */
export type LifecycleRows = ReturnType<typeof rowsOver> & ReturnType<typeof writesOver>

const rowsOver = (queries: Queries) => ({
  state: async (digest: string): Promise<{ state: KeptState; since: number } | undefined> => {
    const [row] = await queries.select().from(imageStates).where(eq(imageStates.manifestDigest, digest))
    return row && { state: row.state, since: row.since }
  },
  /** Every state that is kept, by manifest digest. */
  states: async (): Promise<Map<string, { state: KeptState; since: number }>> => {
    const rows = await queries.select().from(imageStates)
    return new Map(rows.map(({ manifestDigest, state, since }) => [manifestDigest, { state, since }]))
  },
  /** In the order in which they were made. */
  statements: (digest: string): Promise<StatementRow[]> => {
    const { kind, document, keyId, signature } = imageStatements
    return queries
      .select({ kind, document, keyId, signature })
      .from(imageStatements)
      .where(eq(imageStatements.manifestDigest, digest))
      .orderBy(asc(imageStatements.seq))
  },
  /** The moves of an image's channel, the newest first. */
  moves: async (image: string, channel: string): Promise<ChannelMove[]> =>
    (
      await queries
        .select()
        .from(channelMoves)
        .where(and(eq(channelMoves.image, image), eq(channelMoves.channel, channel)))
        .orderBy(desc(channelMoves.seq))
    ).map(toMove),
  /** What every channel points at now: its newest move, of one image or of all. */
  channels: async (image?: string): Promise<ChannelMove[]> => {
    const newest = sql`(select max(seq) from ${channelMoves} group by image, channel)`
    const rows = await queries
      .select()
      .from(channelMoves)
      .where(
        and(sql`${channelMoves.seq} in ${newest}`, image === undefined ? undefined : eq(channelMoves.image, image)),
      )
      .orderBy(asc(channelMoves.image), asc(channelMoves.channel))
    return rows.map(toMove)
  },
})

const writesOver = (queries: Queries) => ({
  setState: async (manifestDigest: string, state: KeptState, since: number): Promise<void> => {
    await queries
      .insert(imageStates)
      .values({ manifestDigest, state, since })
      .onConflictDoUpdate({ target: imageStates.manifestDigest, set: { state, since } })
  },
  addStatement: async (manifestDigest: string, row: StatementRow): Promise<void> => {
    await queries.insert(imageStatements).values({ manifestDigest, ...row })
  },
  move: async ({ golden, ...move }: ChannelMove): Promise<void> => {
    const { version = null, manifestDigest = null } = golden ?? {}
    await queries.insert(channelMoves).values({ ...move, version, manifestDigest })
  },
})

const toMove = (row: typeof channelMoves.$inferSelect): ChannelMove => ({
  ...{ image: row.image, channel: row.channel, at: row.at, by: row.by },
  golden:
    row.version === null || row.manifestDigest === null
      ? undefined
      : { version: row.version, manifestDigest: row.manifestDigest },
})
