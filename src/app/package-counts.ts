import type { PackageAsking, PackageOutcome } from '../packages/package-cache.ts'

/** What was asked for so often: outcomes of one source. */
type Counted = Record<PackageOutcome, { askings: number; bytes: number }>

export type PackageCounts = ReturnType<typeof createPackageCounts>

/** Counts what machines ask for since the service started. */
export function createPackageCounts() {
  const counted = new Map<string, Counted>()
  return {
    note: ({ source, outcome, bytes }: PackageAsking): void => {
      const row = counted.get(source) ?? none()
      counted.set(source, row)
      row[outcome].askings++
      row[outcome].bytes += bytes
    },
    /** Of one that is not there any more nothing is told. */
    forget: (source: string): void => void counted.delete(source),
    of: (source: string): { hits: number; misses: number } => {
      const { hit, stale, fetched, unreachable } = counted.get(source) ?? none()
      return { hits: hit.askings + stale.askings, misses: fetched.askings + unreachable.askings }
    },
    rows: () =>
      [...counted].flatMap(([source, outcomes]) =>
        Object.entries(outcomes).map(([outcome, count]) => ({ source, outcome, ...count })),
      ),
  }
}

const none = (): Counted => {
  const zero = () => ({ askings: 0, bytes: 0 })
  return { hit: zero(), fetched: zero(), stale: zero(), notFound: zero(), unreachable: zero() }
}
