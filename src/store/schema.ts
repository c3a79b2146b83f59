import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { LoaderMemory } from '../domain/boot.ts'
import type { ConflictClaim } from '../domain/conflict.ts'
import type { ContentKind } from '../domain/content-kind.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { KeptState, StatementKind } from '../domain/image-lifecycle.ts'
import type { InstallLayer } from '../domain/install/install-settings.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { Lease } from '../domain/lease.ts'
import type { MachinePower } from '../domain/machine.ts'
import type { Role } from '../domain/role.ts'
import type { RunCause, RunKind } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import type { RunState } from '../domain/run/run-states.ts'
import type { Segment } from '../domain/segment.ts'

// All times are milliseconds since the epoch (ISO 8601 text for image versions, as in their manifests), all sizes bytes.

export const users = sqliteTable('users', {
  name: text().primaryKey(),
  role: text().$type<Role>().notNull(),
  passwordHash: text('password_hash'),
  createdAt: integer('created_at').notNull(),
})

/** Sign-in sessions, API tokens and one-time links; only hashes are kept. */
export const credentials = sqliteTable('credentials', {
  hash: text().primaryKey(),
  user: text().notNull(),
  kind: text().$type<'session' | 'token' | 'link'>().notNull(),
  label: text().notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
})

export const audit = sqliteTable('audit', {
  seq: integer().primaryKey(),
  at: integer().notNull(),
  actor: text().notNull(),
  action: text().notNull(),
  target: text().notNull(),
  detail: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  previousHash: text('previous_hash').notNull(),
  hash: text().notNull(),
})

export const segments = sqliteTable('segments', {
  name: text().primaryKey(),
  spec: text({ mode: 'json' }).$type<Segment>().notNull(),
})

export const profiles = sqliteTable('profiles', {
  name: text().primaryKey(),
  spec: text({ mode: 'json' }).$type<HardwareProfile>().notNull(),
  version: integer().notNull().default(1),
})

/** Every version that a profile ever had; runs name the one that they used. */
export const profileVersions = sqliteTable(
  'profile_versions',
  {
    name: text().notNull(),
    version: integer().notNull(),
    spec: text({ mode: 'json' }).$type<HardwareProfile>().notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.version] })],
)

export const machines = sqliteTable(
  'machines',
  {
    name: text().primaryKey(),
    uuid: text(),
    /** The admin's word that other machines carry the same UUID; their MACs tell them apart. */
    sharesUuid: integer('shares_uuid', { mode: 'boolean' }).notNull().default(false),
    serial: text(),
    /** The profile that a person chose; null where the rules of the profiles choose. */
    profile: text(),
    /** When an unknown machine was first heard of; null for one that a person registered. */
    discoveredAt: integer('discovered_at'),
    inventory: text({ mode: 'json' }).$type<Inventory>(),
    /** What is known of its loaders: what worked, and what was read without a next stage. */
    loaders: text({ mode: 'json' }).$type<LoaderMemory>(),
    power: text({ mode: 'json' }).$type<MachinePower>(),
    install: text({ mode: 'json' }).$type<InstallLayer>(),
    unprovedBy: text('unproved_by'),
    seenAt: integer('seen_at'),
  },
  (table) => [index('machines_by_uuid').on(table.uuid)],
)

export const machineMacs = sqliteTable('machine_macs', {
  mac: text().primaryKey(),
  machine: text().notNull(),
  place: integer().notNull(),
})

/** What agents found in a machine, one row for each time that it was not what it was before. */
export const machineInventories = sqliteTable(
  'machine_inventories',
  {
    seq: integer().primaryKey(),
    machine: text().notNull(),
    runId: text('run_id').notNull(),
    firstAt: integer('first_at').notNull(),
    lastAt: integer('last_at').notNull(),
    inventory: text({ mode: 'json' }).$type<Inventory>().notNull(),
    /** Why it is not believed to be this machine: its words, null where it is. */
    contradicts: text(),
  },
  (table) => [index('machine_inventories_by_machine').on(table.machine)],
)

/** What was seen on the wire that contradicts a registered machine, once per contradiction. */
export const machineConflicts = sqliteTable(
  'machine_conflicts',
  {
    machine: text().notNull(),
    /** What the machine on the wire claims of this one. */
    claims: text().$type<ConflictClaim>().notNull(),
    /** What else that machine said of itself: the UUID beside the MAC, or the MAC beside the UUID or serial. */
    other: text().notNull(),
    says: text().notNull(),
    firstAt: integer('first_at').notNull(),
    lastAt: integer('last_at').notNull(),
    times: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.machine, table.claims, table.other] })],
)

export const leases = sqliteTable(
  'leases',
  {
    segment: text().notNull(),
    address: text().notNull(),
    clientKey: text('client_key').notNull(),
    mac: text().notNull(),
    uuid: text(),
    hostName: text('host_name'),
    state: text().$type<Lease['state']>().notNull(),
    expiresAt: integer('expires_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.segment, table.address] })],
)

export const imageVersions = sqliteTable(
  'image_versions',
  {
    name: text().notNull(),
    version: text().notNull(),
    kind: text().$type<ContentKind>().notNull().default('disk'),
    manifestDigest: text('manifest_digest').notNull(),
    size: integer().notNull(),
    storedBytes: integer('stored_bytes').notNull(),
    ownBytes: integer('own_bytes').notNull(),
    createdAt: text('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.version] })],
)

/** Who is changing the library's blobs, or collecting them; one whose process is gone counts for nothing. */
export const libraryHolds = sqliteTable('library_holds', {
  id: text().primaryKey(),
  work: text().$type<'change' | 'collect'>().notNull(),
  says: text().notNull(),
  process: text().notNull(),
  since: integer().notNull(),
})

/** Blobs that a look at their bytes found damaged or gone, and what became of them. */
export const libraryFaults = sqliteTable('library_faults', {
  digest: text().primaryKey(),
  problem: text().$type<'missing' | 'truncated' | 'corrupt'>().notNull(),
  foundAt: integer('found_at').notNull(),
  healedAt: integer('healed_at'),
  healedFrom: text('healed_from'),
})

/** Depots and the manifests of the versions that each said it holds whole. */
export const depots = sqliteTable('depots', {
  name: text().primaryKey(),
  holds: text({ mode: 'json' }).$type<string[]>().notNull(),
  at: integer().notNull(),
})

/** How far each version has come; one that has no row is a draft. */
export const imageStates = sqliteTable('image_states', {
  manifestDigest: text('manifest_digest').primaryKey(),
  state: text().$type<KeptState>().notNull(),
  since: integer().notNull(),
})

/** What was said of versions: the exact bytes that were signed. */
export const imageStatements = sqliteTable(
  'image_statements',
  {
    seq: integer().primaryKey(),
    manifestDigest: text('manifest_digest').notNull(),
    kind: text().$type<StatementKind>().notNull(),
    document: text().notNull(),
    keyId: text('key_id').notNull(),
    signature: text().notNull(),
  },
  (table) => [index('image_statements_by_digest').on(table.manifestDigest)],
)

/** Every move of a channel of an image; the newest says what it points at, undefined that it points at nothing. */
export const channelMoves = sqliteTable(
  'channel_moves',
  {
    seq: integer().primaryKey(),
    image: text().notNull(),
    channel: text().notNull(),
    version: text(),
    manifestDigest: text('manifest_digest'),
    at: integer().notNull(),
    by: text().notNull(),
  },
  (table) => [index('channel_moves_by_channel').on(table.image, table.channel)],
)

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
