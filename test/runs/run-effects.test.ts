import { expect, it } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import type { Run, RunEvent } from '../../src/domain/run/run.ts'
import { createRunEffects } from '../../src/runs/run-effects.ts'

const run = { id: 'r', machine: 'one', state: 'awaitingBoot' } as Run

/** Enters the state `times` times, as a service that restarts does, and tells what was recorded. */
async function enter(powerOn: () => Promise<string | undefined>, times = 1) {
  const events: RunEvent[] = []
  const settled: Promise<unknown>[] = []
  const effects = createRunEffects({
    record: () => async (runId, type, detail) => {
      events.push({ runId, seq: events.length + 1, at: 0, type, to: undefined, detail })
      return run
    },
    runChecks: () => async () => {},
    events: async () => events,
    powerOn: () => {
      const done = powerOn()
      settled.push(done.catch(() => {}))
      return done
    },
    log: silentLog,
  })
  for (let time = 0; time < times; time++) {
    effects(run)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { told: settled.length, events: events.map(({ type, detail }) => [type, detail]) }
}

it('a run that waits for its machine tells it to switch on, once, however often the service starts', async () =>
  expect(await enter(async () => 'wake-on-lan', 3)).toEqual({
    told: 1,
    events: [['powerAsked', { driver: 'wake-on-lan' }]],
  }))

it('says that the machine could not be told, and waits on', async () =>
  expect(await enter(() => Promise.reject(new Error('no segment')), 2)).toEqual({
    told: 1,
    events: [['powerFailed', { why: 'no segment' }]],
  }))

it('says nothing of a machine without a power driver', async () =>
  expect((await enter(async () => undefined)).events).toEqual([]))
