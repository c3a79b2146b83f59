import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Role } from '../../domain/role.ts'

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
