import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

/**
 * One statement for the worker: once with `params`, or for each of `rows` (JSON: cheaper to hand over than as it is),
 * and then, where it is `whole`, in a transaction of its own. `read` goes to the read-only connection and sees
 * committed data only.
 */
export type Work = { connection: 'read' | 'write'; sql: string } & (
  | { params: unknown[] }
  | { rows: string; whole: boolean }
)
/** Work with the number that its reply carries. */
export type Call = Work & { id: number }
/** What the worker is started with. */
export type StoreFile = { file: string; readOnly: boolean }
export type Reply = { id: number; rows: unknown[] } | { id: number; error: string; code: string }

const BUSY_MILLISECONDS = 5000
/** Of a write: who waits here keeps those waiting who only read, so that the queue of units waits instead. */
const WRITE_BUSY_MILLISECONDS = 50
const { file, readOnly } = workerData as StoreFile

// The writer comes first: it makes the file and its log. A reader alone makes neither, and has nothing to write on.
const write = readOnly ? undefined : openToWrite()
const read = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_MILLISECONDS })
const connections = { read, write: write ?? read }
const prepared = { read: new Map<string, Database.Statement>(), write: new Map<string, Database.Statement>() }

function openToWrite(): Database.Database {
  const database = new Database(file, { timeout: BUSY_MILLISECONDS })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma(`busy_timeout = ${WRITE_BUSY_MILLISECONDS}`)
  return database
}

/** Preparing costs more than running, and the queries are few: every text is prepared once a connection. */
function prepare(connection: 'read' | 'write', sql: string): Database.Statement {
  const known = prepared[connection].get(sql)
  if (known) return known
  const statement = connections[connection].prepare(sql)
  prepared[connection].set(sql, statement)
  return statement
}

function execute(call: Call): unknown[] {
  const statement = prepare(call.connection, call.sql)
  if ('rows' in call) {
    const rows = JSON.parse(call.rows) as unknown[][]
    return call.whole ? connections.write.transaction(runRows)(statement, rows) : runRows(statement, rows)
  }
  if (!statement.reader) {
    statement.run(...call.params)
    return []
  }
  return statement.raw(true).all(...call.params)
}

/** What each row's statement returns (RETURNING), undefined where that is nothing. */
function runRows(statement: Database.Statement, rows: unknown[][]): unknown[] {
  if (statement.reader) return rows.map((row) => statement.raw(true).get(...row))
  for (const row of rows) statement.run(...row)
  return []
}

parentPort!.on('message', (call: Call | 'close') => {
  if (call === 'close') {
    read.close()
    write?.close()
    parentPort!.close()
    return
  }
  try {
    parentPort!.postMessage({ id: call.id, rows: execute(call) } satisfies Reply)
  } catch (error) {
    const { message, code } = error as { message: string; code?: string }
    parentPort!.postMessage({ id: call.id, error: message, code: code ?? '' } satisfies Reply)
  }
})
