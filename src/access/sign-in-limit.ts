import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'

const WINDOW_MILLISECONDS = 60_000
const MOST_FAILURES = 10
const MOST_KEYS = 10_000

/** Counts wrong passwords by name and by address; after ten within a minute the next tries are refused unheard. */
export function createSignInLimit(clock: Clock) {
  const failures = new Map<string, number[]>()
  const recent = (key: string): number[] =>
    (failures.get(key) ?? []).filter((at) => clock.now() - at < WINDOW_MILLISECONDS)
  return {
    assertOpen: (...keys: string[]): void => {
      if (keys.some((key) => recent(key).length >= MOST_FAILURES))
        throw new AppError(
          'request.too_many',
          `expected at most ${MOST_FAILURES} wrong passwords a minute, wait and try again`,
        )
    },
    noteFailure: (...keys: string[]): void => {
      if (failures.size > MOST_KEYS) failures.clear()
      for (const key of keys) failures.set(key, [...recent(key), clock.now()])
    },
    /** After a right password the tries before it do not count. */
    forget: (...keys: string[]): void => {
      for (const key of keys) failures.delete(key)
    },
  }
}
