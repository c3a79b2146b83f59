import { AppError } from './errors.ts'

/** How many tasks run at once, and how many may wait for that; `of` says what they are, in words. */
export type LaneLimits = { width: number; mostWaiting: number; of: string }

/** Runs tasks a few at once, in the order in which they came. Throws request.too_many when too many wait already. */
export function createLanes({ width, mostWaiting, of }: LaneLimits): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  const enter = (): Promise<void> | undefined => {
    if (running < width) {
      running++
      return undefined
    }
    if (waiting.length >= mostWaiting)
      throw new AppError('request.too_many', `expected at most ${mostWaiting} ${of} to wait, got another`)
    return new Promise((resolve) => waiting.push(resolve))
  }
  return async (task) => {
    await enter()
    try {
      return await task()
    } finally {
      // The place goes to who waits longest, so the count stays.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
