import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

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

/** What a machine was given, with its secrets left out: one row a file of a run. */
export const usedAnswers = sqliteTable(
  'used_answers',
  {
    runId: text('run_id').notNull(),
    file: text().notNull(),
    machine: text().notNull(),
    family: text().notNull(),
    release: text().notNull(),
    text: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.file] }),
    index('used_answers_by_machine').on(table.machine, table.at),
  ],
)

/** Secrets that answer files take: sealed by a key that is not in the database, and as a crypt(5) hash. */
export const secrets = sqliteTable('secrets', {
  name: text().primaryKey(),
  sealed: text().notNull(),
  crypt: text().notNull(),
  at: integer().notNull(),
  by: text().notNull(),
})
