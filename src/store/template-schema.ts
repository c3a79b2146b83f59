import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Every version that people gave a boot template; the highest counts. Without a source it is as it was shipped again. */
export const bootTemplates = sqliteTable(
  'boot_templates',
  {
    path: text().notNull(),
    version: integer().notNull(),
    source: text(),
    at: integer().notNull(),
    by: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.path, table.version] })],
)

/** Secrets that answer files take: sealed by a key that is not in the database, and as a crypt(5) hash. */
export const secrets = sqliteTable('secrets', {
  name: text().primaryKey(),
  sealed: text().notNull(),
  crypt: text().notNull(),
  at: integer().notNull(),
  by: text().notNull(),
})
