import { expect, it, test } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
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
  const told: [RunEventType, Record<string, unknown>][] = []
  const events: RunEvent[] = []
  const record: RecordEvent = async (runId, type, detail) => {
    told.push([type, detail])
    events.push({ seq: events.length + 1, runId, at: clock.ms, type, to: undefined, detail })
    return undefined
  }
  const service = createRunService({ clock } as Partial<RunServiceDeps> as RunServiceDeps)
  const { lastReport, heardAt } = service
  const runs = { open: async () => [run], events: async () => events }
  const begin = () => createRunDeadlines({ runs, lastReport, heardAt, record, clock, log: silentLog })
  let { sweep } = begin()
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
  return { run, told, events, speak, beSilent, restart: () => ({ sweep } = begin()) }
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

it('tells that the bytes grow again, once, and the next standstill anew', async () => {
  const { told, speak } = watched('writing')
  await speak(7, 2 * LEAST)
  await speak(8, 2)
  await speak(9, 2 * LEAST)
  expect(told).toEqual([
    ['progressStalled', { step: 'writing', doneBytes: 7, seconds: LEAST }],
    ['progressMoved', { step: 'writing', doneBytes: 8 }],
    ['progressStalled', { step: 'writing', doneBytes: 9, seconds: LEAST }],
  ])
})

it('goes on, after a restart of the service, from the standstill that was told', async () => {
  const { told, speak, restart } = watched('writing')
  await speak(7, 2 * LEAST)
  restart()
  await speak(7, 2 * LEAST)
  expect(told).toHaveLength(1)
  restart()
  await speak(8, 2)
  expect(told.map(([type]) => type)).toEqual(['progressStalled', 'progressMoved'])
})

it('tells nothing of a standstill that a new network boot ended', async () => {
  const { run, told, events, speak } = watched('writing')
  await speak(7, 2 * LEAST)
  events.push({ ...events[0]!, seq: 2, type: 'diskChosen', to: 'writing' })
  run.stateSince += 2 * LEAST * 1000
  await speak(8, 2)
  expect(told).toHaveLength(1)
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

/** The deadlines of runs without words of agents, whose recording fails for those that `fails` names. */
function judged(open: Run[], fails: (type: RunEventType, id: string) => boolean) {
  const told: string[] = []
  const record: RecordEvent = async (id, type) => {
    if (fails(type, id)) throw new Error('database is locked')
    told.push(`${type} ${id}`)
    return undefined
  }
  const lastReport = () => ({
    progress: { step: 'writing', doneBytes: 7, totalBytes: 100, bytesPerSecond: 0, etaSeconds: undefined },
    at: STARTED + LEAST * 1000,
    unchangedSince: STARTED,
  })
  const runs = { open: async () => open, events: async () => [] }
  const clock = { now: () => STARTED }
  const logged: Record<string, unknown>[] = []
  const log = { ...silentLog, error: (fields: Record<string, unknown>) => void logged.push(fields) }
  return { ...createRunDeadlines({ runs, lastReport, heardAt: () => undefined, record, clock, log }), told, logged }
}
const writing: Run = { ...runAfter([]).run, state: 'writing' }

it('tells a standstill again that could not be recorded', async () => {
  let failures = 0
  const { sweep, told } = judged([writing], () => failures++ === 0)
  for (let times = 0; times < 3; times++) await sweep()
  expect(told).toEqual(['progressStalled r'])
})

it('ends every run that is past its deadline, also behind one that can not be recorded', async () => {
  const late = ['a', 'b', 'c'].map((id) => ({ ...writing, id, deadlineAt: STARTED }))
  const { sweep, told, logged } = judged(late, (_type, id) => id === 'a')
  await sweep()
  expect(told).toEqual(['timedOut b', 'timedOut c'])
  expect(logged).toEqual([{ runId: 'a', error: 'Error: database is locked' }])
})
