import { expect, it, test } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import type { Run } from '../../src/domain/run/run.ts'
import { RUN_STATES, type RunState } from '../../src/domain/run/run-states.ts'
import { createRunDeadlines } from '../../src/runs/run-deadlines.ts'
import type { RecordEvent } from '../../src/runs/run-recorder.ts'
import { createRunService, type RunServiceDeps } from '../../src/runs/run-service.ts'
import { runAfter, STARTED } from './run-sample.ts'

const LEAST = RUN_STATES.writing.standstillSeconds!

/** One open run in `state` whose agent can speak; time is ours. `told` is all that was recorded. */
function watched(state: RunState, deadlineFactor = 1) {
  const clock = { ms: STARTED, now: () => clock.ms }
  const sample = runAfter([]).run
  const run: Run = { ...sample, state, profile: { ...sample.profile, deadlineFactor } }
  const told: [string, Record<string, unknown>][] = []
  const record: RecordEvent = async (_id, type, detail) => void told.push([type, detail])
  const service = createRunService({ clock } as Partial<RunServiceDeps> as RunServiceDeps)
  const { lastReport } = service
  const runs = { open: async () => [run] }
  const { sweep } = createRunDeadlines({ runs, lastReport, record, clock, log: silentLog })
  /** The agent says `doneBytes` every second, and every second is judged. */
  const speak = async (doneBytes: number, seconds: number, step: string = state): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      service.noteProgress('r', { step, doneBytes, totalBytes: 100, bytesPerSecond: 0, etaSeconds: undefined })
      await sweep()
      clock.ms += 1000
    }
  }
  const beSilent = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await sweep()
      clock.ms += 1000
    }
  }
  return { run, told, speak, beSilent }
}

test.each(['writing', 'readingBack'] as const)(
  'tells a standstill in %s once, however long it lasts',
  async (state) => {
    const { told, speak } = watched(state)
    await speak(7, LEAST)
    expect(told).toEqual([])
    await speak(7, 3 * LEAST)
    expect(told).toEqual([['progressStalled', { step: state, doneBytes: 7, seconds: LEAST }]])
  },
)

it('tells the next standstill anew after the bytes moved', async () => {
  const { told, speak } = watched('writing')
  await speak(7, 2 * LEAST)
  await speak(8, 2 * LEAST)
  expect(told.map(([, detail]) => detail.doneBytes)).toEqual([7, 8])
})

it('takes bytes that creep for no standstill', async () => {
  const { told, speak } = watched('writing')
  for (let done = 0; done < 10; done += 1) await speak(done, LEAST - 1)
  expect(told).toEqual([])
})

it('takes silence for no standstill: it has a deadline of its own, which ends the run', async () => {
  const { told, speak, beSilent } = watched('writing')
  await speak(7, LEAST - 5)
  await beSilent(RUN_STATES.writing.silenceSeconds!)
  expect(told).toEqual([])
  await beSilent(2)
  expect(told[0]?.[0]).toBe('agentSilent')
})

it('gives a slow machine more time by its profile’s factor', async () => {
  const { told, speak } = watched('writing', 2)
  await speak(7, 2 * LEAST)
  expect(told).toEqual([])
  await speak(7, 2)
  expect(told).toHaveLength(1)
})

test.each<[RunState, string]>([
  ['seeding', 'seeding'],
  ['writing', 'readingBack'],
])('says nothing in %s of an agent that tells of %s', async (state, step) => {
  const { told, speak } = watched(state)
  await speak(7, 2 * LEAST, step)
  expect(told).toEqual([])
})

it('counts from the moment the run entered its state, not from an earlier network boot', async () => {
  const { run, told, speak } = watched('writing')
  run.stateSince = STARTED + LEAST * 1000
  await speak(7, 2 * LEAST)
  expect(told).toEqual([])
  await speak(7, 2)
  expect(told).toHaveLength(1)
})

it('tells a standstill again that could not be recorded', async () => {
  const { run, told } = watched('writing')
  const flaky = createRunDeadlines({
    runs: { open: async () => [run] },
    lastReport: () => ({
      progress: { step: 'writing', doneBytes: 7, totalBytes: 100, bytesPerSecond: 0, etaSeconds: undefined },
      at: STARTED + LEAST * 1000,
      unchangedSince: STARTED,
    }),
    record: async (_id, type, detail) => {
      told.push([type, detail])
      if (told.length === 1) throw new Error('database is locked')
      return undefined
    },
    clock: { now: () => STARTED },
    log: silentLog,
  })
  await expect(flaky.sweep()).rejects.toThrow('database is locked')
  await flaky.sweep()
  await flaky.sweep()
  expect(told).toHaveLength(2)
})
