import { AppError } from '../core/errors.ts'

/** `change`: blobs come in that nothing names yet. `collect`: blobs that nothing names go. */
export type HoldWork = 'change' | 'collect'
export type Hold = { work: HoldWork; says: string; since: number }

/**
 * Who works on the library now. Of all processes on this host, any number may change it at once, or one may collect: so that
 * what an import relies on cannot go before its name is there. A hold ends with its process, whatever ends that.
 */
export type LibraryHolds = {
  /** Throws library.busy when a collection goes on (`change`, after waiting), or any work (`collect`, at once). */
  during<T>(work: HoldWork, says: string, task: () => Promise<T>): Promise<T>
  list(): Promise<Hold[]>
}

/** What keeps a hold from being taken: every other for a collection, a collection for all others. */
export const inTheWay = (work: HoldWork, others: readonly Hold[]): Hold | undefined =>
  others.find((other) => work === 'collect' || other.work === 'collect')

/** Throws library.busy. */
export function refuseBusy(work: HoldWork, other: Hold): never {
  const since = new Date(other.since).toISOString()
  throw new AppError(
    'library.busy',
    `expected a library that nobody ${work === 'collect' ? 'works on' : 'collects from'}, got: ${other.says}, since ${since}`,
    { work: other.work, says: other.says, since: other.since },
  )
}
