import { readFile } from 'node:fs/promises'
import { eq, inArray } from 'drizzle-orm'
import { uuidV7 } from '../core/ids.ts'
import type { DatabaseDoor } from './database.ts'
import { libraryHolds } from './schema/library.ts'

export type LibraryHoldStore = ReturnType<typeof createLibraryHoldStore>
type HoldRow = { work: 'change' | 'collect'; says: string; since: number }

/** Holds on the library as rows. A row whose process is gone, on this boot of this host, is removed when it is met. */
export function createLibraryHoldStore(database: DatabaseDoor) {
  return {
    /** Adds a hold when `isFree` finds nothing wrong with the living others; returns its id, or the one in the way. */
    take: (
      hold: HoldRow,
      inTheWay: (others: readonly HoldRow[]) => HoldRow | undefined,
    ): Promise<{ id: string } | { other: HoldRow }> =>
      database.unit(async (queries) => {
        const rows = await queries.select().from(libraryHolds)
        const alive = await Promise.all(rows.map(({ process }) => lives(process)))
        const dead = rows.filter((_, at) => !alive[at]).map(({ id }) => id)
        if (dead.length > 0) await queries.delete(libraryHolds).where(inArray(libraryHolds.id, dead))
        const other = inTheWay(rows.filter((_, at) => alive[at]))
        if (other) return { other }
        const id = uuidV7(hold.since)
        await queries.insert(libraryHolds).values({ ...hold, id, process: await markOf(process.pid) })
        return { id }
      }),
    release: (id: string): Promise<void> =>
      database.unit(async (queries) => {
        await queries.delete(libraryHolds).where(eq(libraryHolds.id, id))
      }),
    list: async (): Promise<HoldRow[]> => {
      const rows = await database.read.select().from(libraryHolds)
      const alive = await Promise.all(rows.map(({ process }) => lives(process)))
      return rows.filter((_, at) => alive[at]).map(({ work, says, since }) => ({ work, says, since }))
    },
  }
}

/** A process for as long as it lives: boot of the host, number, and when it started (proc(5), field 22), since numbers come again. */
async function markOf(pid: number): Promise<string> {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return `${boot}:${pid}:${started}`
}

async function lives(mark: string): Promise<boolean> {
  return (await markOf(Number(mark.split(':')[1])).catch(() => undefined)) === mark
}
