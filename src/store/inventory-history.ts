import { and, desc, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Inventory, Neighbour } from '../domain/inventory.ts'
import type { DatabaseDoor, Queries } from './database.ts'
import { machineInventories, machines } from './schema/machines.ts'

/** What agents found in a machine from `firstAt` to `lastAt`; `contradicts` says why it is not believed to be that machine. */
export type InventoryRecord = {
  runId: string
  firstAt: number
  lastAt: number
  inventory: Inventory
  contradicts: string | undefined
}
/** What an agent found now. */
export type FoundInventory = { runId: string; at: number; inventory: Inventory; contradicts?: string | undefined }

/** Kept of one machine, of those believed and of those not: who lies often must not fill the disk. */
const MOST_OF_ONE_MACHINE = 50

/** Stores what was found: a row of its own where it is not what was found last. One that contradicts changes nothing else. */
export async function noteInventory(queries: Queries, machine: string, found: FoundInventory): Promise<void> {
  const { runId, at, inventory, contradicts = null } = found
  const ofKind = contradicts === null ? isNull : isNotNull
  const rows = await queries
    .select()
    .from(machineInventories)
    .where(and(eq(machineInventories.machine, machine), ofKind(machineInventories.contradicts)))
    .orderBy(desc(machineInventories.lastAt), desc(machineInventories.seq))
  const [last] = rows
  if (last && JSON.stringify(last.inventory) === JSON.stringify(inventory) && last.contradicts === contradicts) {
    const again = { runId, lastAt: at }
    await queries.update(machineInventories).set(again).where(eq(machineInventories.seq, last.seq))
  } else {
    await queries.insert(machineInventories).values({ machine, runId, firstAt: at, lastAt: at, inventory, contradicts })
    for (const { seq } of rows.slice(MOST_OF_ONE_MACHINE - 1))
      await queries.delete(machineInventories).where(eq(machineInventories.seq, seq))
  }
  if (contradicts === null) await queries.update(machines).set({ inventory }).where(eq(machines.name, machine))
}

/** What was found last comes first. */
export async function inventoriesOf({ read }: DatabaseDoor, machine: string): Promise<InventoryRecord[]> {
  const rows = await read
    .select()
    .from(machineInventories)
    .where(eq(machineInventories.machine, machine))
    .orderBy(desc(machineInventories.lastAt), desc(machineInventories.seq))
  return rows.map(({ runId, firstAt, lastAt, inventory, contradicts }) => ({
    ...{ runId, firstAt, lastAt, inventory },
    contradicts: contradicts ?? undefined,
  }))
}

/** Tells the cards of what was found last what they hear; nothing where that is what it was. */
export async function noteNeighbours(
  queries: Queries,
  machine: string,
  { runId, at, heard }: { runId: string; at: number; heard: ReadonlyMap<string, Neighbour> },
): Promise<void> {
  const [row] = await queries.select().from(machines).where(eq(machines.name, machine))
  if (!row?.inventory) return
  const nics = row.inventory.nics.map((nic) => (heard.has(nic.mac) ? { ...nic, lldp: heard.get(nic.mac) } : nic))
  if (JSON.stringify(nics) === JSON.stringify(row.inventory.nics)) return
  await noteInventory(queries, machine, { runId, at, inventory: { ...row.inventory, nics } })
}
