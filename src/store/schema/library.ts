import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { ContentKind } from '../../domain/content-kind.ts'
import type { KeptState, StatementKind } from '../../domain/image-lifecycle.ts'

// All times are milliseconds since the epoch (ISO 8601 text for image versions, as in their manifests), all sizes bytes.

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
