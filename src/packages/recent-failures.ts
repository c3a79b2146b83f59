import type { Clock } from '../core/clock.ts'
import { AppError, hasCode } from '../core/errors.ts'

/** How long nobody is asked again: for a file that is not there, and for an archive that can not be reached. */
const NOT_FOUND_MS = 60_000
const UNREACHABLE_MS = 30_000
const MOST_NAMES = 10_000

/** Reasons for which a whole archive is away, and not one file of it. */
const AWAY =
  /could not connect|unable to connect|could not resolve|failure resolving|timed out|connection failed|more time was needed/i

/** True where a failure says that a whole archive can not be reached. */
export const isAway = (error: Error): boolean => AWAY.test(error.message)

export type RecentFailures = {
  /** `archive`: its URL; one that a source gets anew has no past. */
  note(archive: string, path: string, error: unknown): void
  /** Throws package.not_found or package.unreachable where that was so a short while ago. */
  assertNone(archive: string, path: string): void
}

/** Remembers what could not be had, so that asking again costs nothing for a while. */
export function createRecentFailures(clock: Clock): RecentFailures {
  const missing = new Map<string, number>()
  const away = new Map<string, { until: number; message: string }>()
  return {
    note: (archive, path, error) => {
      if (hasCode(error, 'package.not_found')) {
        if (missing.size >= MOST_NAMES) missing.clear()
        missing.set(`${archive}/${path}`, clock.now() + NOT_FOUND_MS)
      }
      if (hasCode(error, 'package.unreachable') && isAway(error))
        away.set(archive, { until: clock.now() + UNREACHABLE_MS, message: error.message })
    },
    assertNone: (archive, path) => {
      if ((missing.get(`${archive}/${path}`) ?? 0) > clock.now())
        throw new AppError('package.not_found', `expected ${path} in ${archive}, a moment ago it was not there`)
      const since = away.get(archive)
      if (since && since.until > clock.now()) throw new AppError('package.unreachable', since.message)
    },
  }
}
