import { Worker } from 'node:worker_threads'
import { drizzle, type SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy'
import { AppError } from '../core/errors.ts'
import type { Reply, StoreFile, Work } from './store-worker.ts'
import { createUnitQueue } from './unit-queue.ts'

export type SqlValue = string | number | null

/** Builder for queries; the statements run in the store worker. */
export type Queries = SqliteRemoteDatabase<Record<string, never>>

/**
 * The database, living in one worker thread. `read` sees committed data. `unit` runs steps as one unit of work, one unit
 * at a time, undoes them when one throws, and resolves when they are durable; units that wait share a commit.
 * `writeRows` is a unit that runs one statement for each row, and resolves to what each returns. Throws store.busy
 * (locked by another process) and store.failed.
 */
export type DatabaseDoor = {
  read: Queries
  unit<T>(steps: (queries: Queries) => Promise<T>): Promise<T>
  writeRows(sql: string, rows: SqlValue[][]): Promise<unknown[]>
  close(): Promise<void>
}

/** Opens the SQLite file in a worker of its own, and makes it; `readOnly` opens what is there and refuses to write. */
export function openDatabase(file: string, { readOnly = false } = {}): DatabaseDoor {
  const workerData: StoreFile = { file, readOnly }
  const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { workerData })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  const waiting = new Map<number, { resolve(rows: unknown[]): void; reject(error: Error): void }>()
  let nextId = 1
  let fault: AppError | undefined
  worker.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) call?.reject(storeError(reply))
    else call?.resolve(reply.rows)
  })
  worker.on('error', (error) => {
    fault = new AppError('store.failed', `the store worker ended: ${error}`, {}, error)
    for (const call of waiting.values()) call.reject(fault)
    waiting.clear()
  })
  const call = (work: Work): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      if (fault) return reject(fault)
      const id = nextId++
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, ...work })
    })
  const send = (connection: Work['connection'], sql: string, params: unknown[] = []): Promise<unknown[]> =>
    call({ connection, sql, params })
  const over = (connection: Work['connection']): Queries =>
    drizzle(async (sql, params) => ({ rows: await send(connection, sql, params) }))
  const [read, write] = [over('read'), over('write')]
  const units = createUnitQueue((sql) => send('write', sql))
  return {
    read,
    unit: (steps) => units.add(() => steps(write).catch((error) => Promise.reject(bare(error)))),
    writeRows: (sql, rows) =>
      units.add(
        (alone) => call({ connection: 'write', sql, rows: JSON.stringify(rows), whole: alone }),
        'may be alone',
      ),
    close: async () => {
      await units.idle()
      worker.postMessage('close')
      await ended
    },
  }
}

/** Drizzle wraps what the worker answered; callers look at our codes. */
const bare = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof AppError ? error.cause : error

function storeError(reply: { error: string; code: string }): AppError {
  const busy = reply.code.startsWith('SQLITE_BUSY') || reply.code.startsWith('SQLITE_LOCKED')
  return new AppError(busy ? 'store.busy' : 'store.failed', `the database answered ${reply.code}: ${reply.error}`)
}
