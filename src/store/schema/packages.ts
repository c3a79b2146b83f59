import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { PackageSource } from '../../domain/package-source.ts'

/** Archives of packages that the cache fetches from; a pinned one stays as it was then. */
export const packageSources = sqliteTable('package_sources', {
  name: text().primaryKey(),
  spec: text({ mode: 'json' }).$type<PackageSource>().notNull(),
  pinnedAt: integer('pinned_at'),
})
