import { and, asc, count, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import { AppError } from '../core/errors.ts'
import type { LoaderMemory } from '../domain/boot.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { Machine } from '../domain/machine.ts'
import type { DatabaseDoor, Queries } from './database.ts'
import {
  type FoundInventory,
  type InventoryRecord,
  inventoriesOf,
  noteInventory,
  noteNeighbours,
} from './inventory-history.ts'
import { createMachineCache, type MachineCache } from './machine-cache.ts'
import { removeMachine, renameMachine } from './machine-names.ts'
import { machineMacs, machines } from './schema/machines.ts'

/**
 * A machine and what Slipway has learnt of it. `unprovedBy`: the run that wrote its disk without proof yet. `discoveredAt`:
 * when it was first heard of, of one that nobody registered.
 */
export type MachineRecord = Machine & {
  discoveredAt: number | undefined
  inventory: Inventory | undefined
  loaders: LoaderMemory | undefined
  unprovedBy: string | undefined
  seenAt: number | undefined
}
export type MachineStore = ReturnType<typeof createMachineStore>
/** Who a machine is. */
export type MachineIdentity = Pick<Machine, 'uuid' | 'serial' | 'macs'>

type Row = typeof machines.$inferSelect

/** Machines by name and by MAC. */
export function createMachineStore(database: DatabaseDoor) {
  const list = async (): Promise<MachineRecord[]> => {
    const rows = await database.read.select().from(machines).orderBy(asc(machines.name))
    const macs = await database.read.select().from(machineMacs).orderBy(asc(machineMacs.place))
    const byMachine = Map.groupBy(macs, ({ machine }) => machine)
    return rows.map((row) =>
      toRecord(
        row,
        (byMachine.get(row.name) ?? []).map(({ mac }) => mac),
      ),
    )
  }
  const cache = createMachineCache(list, (name) => find(database.read, name))
  /** Changes a machine, and what is remembered of it. */
  const change = async (name: string, steps: (queries: Queries) => Promise<unknown>): Promise<void> => {
    await database.unit(steps)
    await cache.refresh(name)
  }
  return {
    find: (name: string) => find(database.read, name),
    findByMac: cache.findByMac,
    /** Every machine registered with this UUID; more than one only where they are said to share it. */
    findByUuid: cache.findByUuid,
    /** Every machine that has something of this identity. */
    alike: (identity: MachineIdentity): Promise<MachineRecord[]> => alike(cache, identity),
    /** To be told by whoever changes a machine's row elsewhere. */
    refresh: cache.refresh,
    reload: cache.reload,
    list,
    save: (machine: Machine): Promise<void> => change(machine.name, (queries) => save(queries, machine)),
    ...discoveredMachines(database, change),
    ...machineNames(database, cache.refresh, change),
    inventories: (name: string): Promise<InventoryRecord[]> => inventoriesOf(database, name),
    markSeen: (name: string, at: number) =>
      change(name, (queries) => queries.update(machines).set({ seenAt: at }).where(eq(machines.name, name))),
    noteInventory: (name: string, found: FoundInventory) =>
      change(name, (queries) => noteInventory(queries, name, found)),
    /** What its cards hear, of what was found in it last. */
    noteNeighbours: (name: string, heard: Parameters<typeof noteNeighbours>[2]) =>
      change(name, (queries) => noteNeighbours(queries, name, heard)),
    saveLoaders: (name: string, loaders: LoaderMemory) =>
      change(name, (queries) => queries.update(machines).set({ loaders }).where(eq(machines.name, name))),
    setUnproved: (name: string, runId: string | undefined) =>
      change(name, (queries) =>
        queries
          .update(machines)
          .set({ unprovedBy: runId ?? null })
          .where(eq(machines.name, name)),
      ),
  }
}

async function find(queries: Queries, name: string): Promise<MachineRecord | undefined> {
  const [row] = await queries.select().from(machines).where(eq(machines.name, name))
  if (!row) return undefined
  const macs = await queries
    .select()
    .from(machineMacs)
    .where(eq(machineMacs.machine, name))
    .orderBy(asc(machineMacs.place))
  return toRecord(
    row,
    macs.map(({ mac }) => mac),
  )
}

type Change = (name: string, steps: (queries: Queries) => Promise<unknown>) => Promise<void>

async function alike(
  cache: MachineCache<MachineRecord>,
  { uuid, serial, macs }: MachineIdentity,
): Promise<MachineRecord[]> {
  const found = await Promise.all([
    uuid === undefined ? [] : cache.findByUuid(uuid),
    serial === undefined ? [] : cache.findBySerial(serial),
    ...macs.map(async (mac) => (await cache.findByMac(mac)) ?? []),
  ])
  return [...new Set(found.flat())]
}

/** Machines that nobody registered. */
const discoveredMachines = ({ read }: DatabaseDoor, change: Change) => ({
  /** Adds one that nobody registered. Throws machine.conflict where the name or a MAC is taken. */
  discover: (machine: Machine, at: number): Promise<void> =>
    change(machine.name, async (queries) => {
      const [taken] = await queries.select().from(machines).where(eq(machines.name, machine.name))
      if (taken) throw conflict(machine.name, `the name ${machine.name}`, machine.name)
      await save(queries, machine, at)
    }),
  /** Takes over who a machine is; nothing else of it. Throws machine.conflict. */
  identify: (name: string, identity: MachineIdentity): Promise<void> =>
    change(name, async (queries) => {
      const before = await find(queries, name)
      if (before) await save(queries, { ...before, ...identity }, before.discoveredAt)
    }),
  /** Machines that were heard of and whose agent never spoke. */
  countNeverDescribed: async (): Promise<number> => {
    const heardOf = and(isNotNull(machines.discoveredAt), isNull(machines.inventory))
    const [row] = await read.select({ many: count() }).from(machines).where(heardOf)
    return row?.many ?? 0
  },
})

/** The names of machines. */
const machineNames = (database: DatabaseDoor, refresh: (name: string) => Promise<void>, change: Change) => ({
  /** Throws machine.not_found, machine.busy, machine.conflict. */
  rename: async (name: string, to: string): Promise<void> => {
    await database.unit((queries) => renameMachine(queries, name, to))
    await refresh(name)
    await refresh(to)
  },
  /** Forgets a machine; the history of its runs stays. Throws machine.busy. */
  remove: (name: string): Promise<void> => change(name, (queries) => removeMachine(queries, name)),
})

/** A MAC or UUID that another machine holds is a conflict, never taken over. */
async function save(queries: Queries, machine: Machine, discoveredAt?: number): Promise<void> {
  const taken = await queries.select().from(machineMacs).where(inArray(machineMacs.mac, machine.macs))
  const other = taken.find((row) => row.machine !== machine.name)
  if (other) throw conflict(machine.name, `MAC ${other.mac}`, other.machine)
  const { uuid = null, serial = null, profile = null, sharesUuid = false, power = null, install = null } = machine
  const identity = { uuid, serial, profile, sharesUuid, power, install, discoveredAt: discoveredAt ?? null }
  if (machine.uuid && !sharesUuid) {
    const twins = await queries.select().from(machines).where(eq(machines.uuid, machine.uuid))
    const twin = twins.find((row) => row.name !== machine.name && !row.sharesUuid)
    if (twin) throw conflict(machine.name, `UUID ${machine.uuid}`, twin.name)
  }
  await queries
    .insert(machines)
    .values({ name: machine.name, ...identity })
    .onConflictDoUpdate({ target: machines.name, set: identity })
  await queries.delete(machineMacs).where(eq(machineMacs.machine, machine.name))
  await queries.insert(machineMacs).values(machine.macs.map((mac, place) => ({ mac, machine: machine.name, place })))
}

const conflict = (name: string, what: string, owner: string): AppError =>
  new AppError('machine.conflict', `expected ${what} of ${name} to be free, it belongs to ${owner}`, { name, owner })

const toRecord = (row: Row, macs: string[]): MachineRecord => ({
  name: row.name,
  macs,
  ...(row.profile ? { profile: row.profile } : {}),
  ...(row.uuid ? { uuid: row.uuid } : {}),
  ...(row.sharesUuid ? { sharesUuid: true } : {}),
  ...(row.serial ? { serial: row.serial } : {}),
  ...(row.power ? { power: row.power } : {}),
  ...(row.install ? { install: row.install } : {}),
  discoveredAt: row.discoveredAt ?? undefined,
  inventory: row.inventory ?? undefined,
  loaders: row.loaders ?? undefined,
  unprovedBy: row.unprovedBy ?? undefined,
  seenAt: row.seenAt ?? undefined,
})
