import { and, eq, isNull } from 'drizzle-orm'
import { AppError } from '../core/errors.ts'
import type { Queries } from './database.ts'
import { machineConflicts, machineInventories, machineMacs, machines } from './schema/machines.ts'
import { runs } from './schema/runs.ts'

/**
 * Gives a machine another name, and all that is told of it: its runs, what was found in it, its conflicts. Throws
 * machine.not_found, machine.busy while a run is open, machine.conflict where the name is taken.
 */
export async function renameMachine(queries: Queries, name: string, to: string): Promise<void> {
  const [row] = await queries.select().from(machines).where(eq(machines.name, name))
  if (!row) throw new AppError('machine.not_found', `expected a machine, got ${name}`)
  await assertFree(queries, name)
  const [taken] = await queries.select().from(machines).where(eq(machines.name, to))
  if (taken) throw new AppError('machine.conflict', `expected a free name for ${name}, ${to} is another machine`)
  await queries.update(machines).set({ name: to }).where(eq(machines.name, name))
  for (const table of [machineMacs, machineInventories, machineConflicts, runs])
    await queries.update(table).set({ machine: to }).where(eq(table.machine, name))
}

/** Behind the name of a forgotten machine in the history of its runs: no machine can be named so. */
const FORGOTTEN = ' (forgotten)'

/**
 * Forgets a machine; what its runs did stays told, of a machine that no later one is. Throws machine.busy while a run is
 * open, machine.conflict while its disk is written and not proved: nobody would hold it any more.
 */
export async function removeMachine(queries: Queries, name: string): Promise<void> {
  await assertFree(queries, name)
  const [row] = await queries.select().from(machines).where(eq(machines.name, name))
  if (row?.unprovedBy) {
    const message = `expected the disk of ${name} to be proved, run ${row.unprovedBy} wrote it and did not: deploy it anew first`
    throw new AppError('machine.conflict', message)
  }
  await queries
    .update(runs)
    .set({ machine: `${name}${FORGOTTEN}` })
    .where(eq(runs.machine, name))
  for (const table of [machineMacs, machineInventories, machineConflicts])
    await queries.delete(table).where(eq(table.machine, name))
  await queries.delete(machines).where(eq(machines.name, name))
}

async function assertFree(queries: Queries, name: string): Promise<void> {
  const [open] = await queries
    .select()
    .from(runs)
    .where(and(eq(runs.machine, name), isNull(runs.endedAt)))
  if (!open) return
  const message = `expected ${name} to be free, run ${open.id} is ${open.state}`
  throw new AppError('machine.busy', message, { runId: open.id })
}
