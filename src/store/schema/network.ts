import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Lease } from '../../domain/lease.ts'
import type { Segment } from '../../domain/segment.ts'

// All times are milliseconds since the epoch (ISO 8601 text for image versions, as in their manifests), all sizes bytes.

export const segments = sqliteTable('segments', {
  name: text().primaryKey(),
  spec: text({ mode: 'json' }).$type<Segment>().notNull(),
})

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
