import { expect, it, test } from 'vitest'
import { stoppable } from '../../src/cli/stoppable.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
const listeners = (): number[] => SIGNALS.map((signal) => process.listenerCount(signal))

const untilStopped = (signal: AbortSignal): Promise<string> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test.each(SIGNALS)('tells work to stop by %s, as often as it comes', async (signal) => {
  const before = listeners()
  const work = stoppable(untilStopped)
  process.emit(signal)
  process.emit(signal)
  expect(await work).toBeUndefined()
  expect(listeners()).toEqual(before)
})

it('hands on what work that nobody stops comes to', async () => {
  const before = listeners()
  expect(await stoppable(async () => 'done')).toBe('done')
  await expect(stoppable(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(listeners()).toEqual(before)
})
