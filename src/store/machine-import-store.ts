import { asc, inArray, sql } from 'drizzle-orm'
import type { Machine } from '../domain/machine.ts'
import type { DatabaseDoor, Queries } from './database.ts'
import { machineMacs, machines } from './schema/machines.ts'

/** A machine as far as people register it, and when it was discovered where nobody did. */
export type StoredMachine = Machine & { discoveredAt: number | undefined }
/** SQLite takes 32,766 values in a statement. */
const ROWS_TOGETHER = 500

/** What a unit of work is told of all machines, and what it answers: the machines to save, and what the caller wants. */
export type ImportDecision<T> = (registered: StoredMachine[]) => { machines: readonly Machine[]; result: T }

/** Saves many machines as one unit of work; `reload` reads anew what is remembered of machines. */
export function createMachineImportStore(database: DatabaseDoor, reload: () => Promise<void>) {
  return {
    /** The decision sees the machines as they stand in the unit, so that nobody registers one in between. */
    save: async <T>(decide: ImportDecision<T>): Promise<T> => {
      const result = await database.unit(async (queries) => {
        const decision = decide(await allMachines(queries))
        for (let at = 0; at < decision.machines.length; at += ROWS_TOGETHER)
          await forgetMacs(queries, decision.machines.slice(at, at + ROWS_TOGETHER))
        for (let at = 0; at < decision.machines.length; at += ROWS_TOGETHER)
          await saveAll(queries, decision.machines.slice(at, at + ROWS_TOGETHER))
        return decision.result
      })
      await reload()
      return result
    },
  }
}

async function allMachines(queries: Queries): Promise<StoredMachine[]> {
  const { name, uuid, sharesUuid, serial, profile, power, install, discoveredAt } = machines
  const fields = { name, uuid, sharesUuid, serial, profile, power, install, discoveredAt }
  const rows = await queries.select(fields).from(machines)
  const macs = Map.groupBy(
    await queries.select().from(machineMacs).orderBy(asc(machineMacs.place)),
    ({ machine }) => machine,
  )
  return rows.map((row) => ({
    ...{ name: row.name, macs: (macs.get(row.name) ?? []).map(({ mac }) => mac), sharesUuid: row.sharesUuid },
    ...{ uuid: row.uuid ?? undefined, serial: row.serial ?? undefined, profile: row.profile ?? undefined },
    ...{
      power: row.power ?? undefined,
      install: row.install ?? undefined,
      discoveredAt: row.discoveredAt ?? undefined,
    },
  }))
}

/** All first: a MAC may go from one machine of the import to another. */
async function forgetMacs(queries: Queries, some: readonly Machine[]): Promise<void> {
  const names = some.map(({ name }) => name)
  await queries.delete(machineMacs).where(inArray(machineMacs.machine, names))
}

async function saveAll(queries: Queries, some: readonly Machine[]): Promise<void> {
  const rows = some.map(
    ({ name, uuid = null, serial = null, profile = null, sharesUuid = false, power = null, install = null }) => ({
      ...{ name, uuid, serial, profile, sharesUuid, power, install, discoveredAt: null },
    }),
  )
  const set = {
    ...{ uuid: sql`excluded.uuid`, serial: sql`excluded.serial`, profile: sql`excluded.profile` },
    ...{
      sharesUuid: sql`excluded.shares_uuid`,
      power: sql`excluded.power`,
      install: sql`excluded.install`,
      discoveredAt: sql`excluded.discovered_at`,
    },
  }
  await queries.insert(machines).values(rows).onConflictDoUpdate({ target: machines.name, set })
  const macs = some.flatMap(({ name, macs }) => macs.map((mac, place) => ({ mac, machine: name, place })))
  for (let at = 0; at < macs.length; at += ROWS_TOGETHER)
    await queries.insert(machineMacs).values(macs.slice(at, at + ROWS_TOGETHER))
}
