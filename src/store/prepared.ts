import type { Queries } from './database.ts'

/**
 * Statements that are built once for each connection and run thousands of times a second: building one costs more than
 * running it. `make` says them over the connection's queries.
 */
export function preparedOn<T>(make: (queries: Queries) => T): (queries: Queries) => T {
  const made = new WeakMap<Queries, T>()
  return (queries) => {
    const known = made.get(queries)
    if (known) return known
    const fresh = make(queries)
    made.set(queries, fresh)
    return fresh
  }
}
