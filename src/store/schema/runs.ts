import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { HardwareProfile } from '../../domain/hardware-profile.ts'
import type { InstallOrder } from '../../domain/install/install-order.ts'
import type { RunCause, RunKind } from '../../domain/run/run.ts'
import type { RunEventType } from '../../domain/run/run-events.ts'
import type { RunState } from '../../domain/run/run-states.ts'

// All times are milliseconds since the epoch (ISO 8601 text for image versions, as in their manifests), all sizes bytes.

export const runs = sqliteTable(
  'runs',
  {
    id: text().primaryKey(),
    kind: text().$type<RunKind>().notNull(),
    machine: text().notNull(),
    image: text().notNull(),
    version: text().notNull(),
    manifestDigest: text('manifest_digest').notNull(),
    profile: text({ mode: 'json' }).$type<HardwareProfile>().notNull(),
    /** Null of a profile that is not stored, and of runs from before profiles had versions. */
    profileVersion: integer('profile_version'),
    state: text().$type<RunState>().notNull(),
    stateSince: integer('state_since').notNull(),
    deadlineAt: integer('deadline_at'),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
    cause: text({ mode: 'json' }).$type<RunCause>(),
    /** Of a run of kind `install`. */
    install: text({ mode: 'json' }).$type<InstallOrder>(),
    retryOf: text('retry_of'),
  },
  (table) => [index('runs_by_machine').on(table.machine), index('runs_open').on(table.endedAt, table.deadlineAt)],
)

export const runEvents = sqliteTable(
  'run_events',
  {
    runId: text('run_id').notNull(),
    seq: integer().notNull(),
    at: integer().notNull(),
    type: text().$type<RunEventType>().notNull(),
    to: text('to_state').$type<RunState>(),
    detail: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.seq] })],
)

export const runLogs = sqliteTable(
  'run_logs',
  { runId: text('run_id').notNull(), seq: integer().notNull(), at: integer().notNull(), line: text().notNull() },
  (table) => [primaryKey({ columns: [table.runId, table.seq] })],
)

/** How a run's transfers went, a row a second: what its agent said it had done and what the server had sent by then. */
export const runSamples = sqliteTable(
  'run_samples',
  {
    runId: text('run_id').notNull(),
    at: integer().notNull(),
    step: text().notNull(),
    doneBytes: integer('done_bytes').notNull(),
    totalBytes: integer('total_bytes').notNull(),
    servedBytes: integer('served_bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.at] })],
)

/** One row a network boot under a grant; the highest number of a run is the live one. */
export const bootSessions = sqliteTable(
  'boot_sessions',
  {
    runId: text('run_id').notNull(),
    number: integer().notNull(),
    openedAt: integer('opened_at').notNull(),
    mac: text().notNull(),
    stage: text().$type<'firmware' | 'script' | 'agent'>().notNull(),
    nonceHash: text('nonce_hash'),
  },
  (table) => [primaryKey({ columns: [table.runId, table.number] })],
)
