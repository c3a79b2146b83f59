import { setTimeout as wait } from 'node:timers/promises'
import { hasCode } from '../core/errors.ts'

/** Units of work in their order; each resolves to its steps' result when that is durable. */
export type UnitQueue = {
  /** `may be alone`: the steps are one call, which can be a transaction of its own where no other unit waits. */
  add<T>(steps: (alone: boolean) => Promise<T>, how?: 'may be alone'): Promise<T>
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>
}

type Unit = {
  steps(alone: boolean): Promise<unknown>
  mayBeAlone: boolean
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** So many units share a commit at the most, so that the first of them does not wait for ever. */
const MOST_TOGETHER = 256

/** How a database is waited for that another process holds: 5 s of tries that take a moment themselves. */
export type Patience = { tries: number; pause(): Promise<unknown> }
const PATIENCE: Patience = { tries: 60, pause: () => wait(30) }

/**
 * Runs units one after the other and lets those that wait share one transaction: the disk is waited for once. Each unit is
 * a savepoint of its own, so that one that throws undoes itself alone. `run` executes a statement on the one connection.
 */
export function createUnitQueue(run: (sql: string) => Promise<unknown>, patience = PATIENCE): UnitQueue {
  let waiting: Unit[] = []
  let working: Promise<void> | undefined

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, MOST_TOGETHER)
      waiting = waiting.slice(MOST_TOGETHER)
      await runGroup(run, group, patience)
    }
    working = undefined
  }
  return {
    add: <T>(steps: (alone: boolean) => Promise<T>, how?: 'may be alone') =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ steps, mayBeAlone: how !== undefined, resolve: resolve as Unit['resolve'], reject })
        working ??= Promise.resolve().then(drain)
      }),
    idle: async () => working,
  }
}

/** Tries again while another process holds the database. Between two tries the connection is there for those who read. */
async function onceFree<T>(work: () => Promise<T>, { tries, pause }: Patience): Promise<T> {
  for (let left = tries; ; left--)
    try {
      return await work()
    } catch (error) {
      if (left <= 1 || !hasCode(error, 'store.busy')) throw error
      await pause()
    }
}

async function runGroup(run: (sql: string) => Promise<unknown>, group: Unit[], patience: Patience): Promise<void> {
  const [only] = group
  if (only && group.length === 1 && only.mayBeAlone)
    return onceFree(() => only.steps(true), patience).then(only.resolve, only.reject)
  const done: [Unit, unknown][] = []
  try {
    await onceFree(() => run('BEGIN IMMEDIATE'), patience)
    for (const unit of group) {
      const outcome = await runUnit(run, unit)
      if (outcome.ok) done.push([unit, outcome.value])
    }
    await run('COMMIT')
  } catch (error) {
    // SQLite may have undone everything itself (disk full, I/O error); then there is nothing to roll back.
    await run('ROLLBACK').catch(() => {})
    for (const unit of group) unit.reject(error)
    return
  }
  for (const [unit, value] of done) unit.resolve(value)
}

/**
 * Rejects only when the transaction itself is lost, and with it the units before. The connection runs what it is told in
 * order, so that nobody waits for a savepoint to be set or released: inside a transaction neither can fail.
 */
async function runUnit(
  run: (sql: string) => Promise<unknown>,
  unit: Unit,
): Promise<{ ok: true; value: unknown } | { ok: false }> {
  const unheard = (sql: string): void => void run(sql).catch(() => {})
  unheard('SAVEPOINT unit')
  try {
    const value = await unit.steps(false)
    unheard('RELEASE unit')
    return { ok: true, value }
  } catch (error) {
    await run('ROLLBACK TO unit').catch(() => Promise.reject(error))
    unheard('RELEASE unit')
    unit.reject(error)
    return { ok: false }
  }
}
