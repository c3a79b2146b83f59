import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { LoaderMemory } from '../../domain/boot.ts'
import type { ConflictClaim } from '../../domain/conflict.ts'
import type { HardwareProfile } from '../../domain/hardware-profile.ts'
import type { InstallLayer } from '../../domain/install/install-settings.ts'
import type { Inventory } from '../../domain/inventory.ts'
import type { MachinePower } from '../../domain/machine.ts'

// All times are milliseconds since the epoch (ISO 8601 text for image versions, as in their manifests), all sizes bytes.

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
