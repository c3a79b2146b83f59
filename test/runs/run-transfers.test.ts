import { expect, it } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import type { RunSample } from '../../src/domain/run/run.ts'
import { createRunTransfers } from '../../src/runs/run-transfers.ts'

const progress = (doneBytes: number, step = 'writing') => ({
  ...{ step, doneBytes, totalBytes: 1000, bytesPerSecond: 0, etaSeconds: undefined },
})

/** Transfers over an array, and a clock that the test turns. */
function bench(before: RunSample[] = []) {
  let rows = before
  const clock = { at: 1_000_000, now: () => clock.at }
  const samples = {
    list: async () => rows,
    save: async (row: RunSample, instead: number[] = []) => {
      rows = [...rows.filter(({ at }) => at !== row.at && !instead.includes(at)), row]
    },
    thin: async () => {
      rows = rows.filter((_row, index) => index % 2 === 0)
    },
  }
  const transfers = createRunTransfers({ samples, clock, log: silentLog })
  return { transfers, clock, samples, rows: () => rows }
}

it('stores at most a row a second, whatever agent and server say between', async () => {
  const { transfers, clock, rows } = bench()
  for (let step = 0; step < 40; step++) {
    transfers.noteProgress('r', progress(step * 10))
    transfers.noteServed('r', 5)
    clock.at += 100
  }
  await transfers.settled('r')
  expect(rows().map(({ at }) => at - 1_000_000)).toEqual([0, 1000, 2000, 3000])
  expect(rows().at(-1)).toMatchObject({ doneBytes: 300, servedBytes: 150 })
})

it('keeps the last word of a step and of the run, and still a row a second', async () => {
  const { transfers, clock, rows } = bench()
  transfers.noteProgress('r', progress(0))
  clock.at += 1500
  transfers.noteProgress('r', progress(500))
  clock.at += 400
  transfers.noteProgress('r', progress(1000))
  clock.at += 100
  transfers.noteProgress('r', progress(10, 'readingBack'))
  clock.at += 200
  transfers.noteProgress('r', progress(20, 'readingBack'))
  await transfers.end('r')
  expect(rows().map(({ at, step, doneBytes }) => [at - 1_000_000, step, doneBytes])).toEqual([
    [0, 'writing', 0],
    [1900, 'writing', 1000],
    [2900, 'readingBack', 20],
  ])
})

const stored = (over: Partial<RunSample> = {}): RunSample => ({
  ...{ runId: 'r', at: 1, step: 'readingBack', doneBytes: 5, totalBytes: 10, servedBytes: 700, ...over },
})

it('goes on where an earlier service stopped, before the agent spoke to this one', async () => {
  const { transfers, clock, rows } = bench([stored()])
  transfers.noteServed('r', 50)
  await transfers.settled('r')
  expect(rows().at(-1)).toEqual(stored({ at: clock.at, servedBytes: 750 }))
})

it('keeps a row a second and the last word of a step across a restart', async () => {
  const { transfers, clock, rows } = bench([stored({ at: 1_000_000 })])
  clock.at += 400
  transfers.noteProgress('r', progress(6, 'readingBack'))
  clock.at += 100
  transfers.noteProgress('r', progress(1, 'seeding'))
  await transfers.end('r')
  expect(rows().map(({ at, step, doneBytes }) => [at - 1_000_000, step, doneBytes])).toEqual([
    [400, 'readingBack', 6],
    [1400, 'seeding', 1],
  ])
})

it('bounds the rows of a run however often the service was restarted', async () => {
  const before = Array.from({ length: 1999 }, (_none, index) => stored({ at: index + 1 }))
  const { transfers, clock, rows } = bench(before)
  for (let second = 0; second < 3; second++) {
    transfers.noteProgress('r', progress(second))
    clock.at += 1000
  }
  await transfers.end('r')
  expect(rows().length).toBeLessThan(1100)
})

it('leaves out what a server still tells of a run that has ended', async () => {
  const { transfers, clock, rows } = bench()
  transfers.noteProgress('r', progress(1000))
  await transfers.end('r')
  const last = rows()
  clock.at += 5000
  transfers.noteServed('r', 50)
  transfers.noteProgress('r', progress(0))
  await transfers.settled('r')
  expect(rows()).toEqual(last)
})

it('thins a long run out and goes slower from then on', async () => {
  const { transfers, clock, rows } = bench()
  for (let second = 0; second < 5000; second++) {
    transfers.noteProgress('r', progress(second))
    clock.at += 1000
  }
  await transfers.end('r')
  expect(rows().length).toBeLessThanOrEqual(2000)
  expect(rows().length).toBeGreaterThan(1000)
  expect([rows()[0]?.doneBytes, rows().at(-1)?.doneBytes]).toEqual([0, 4999])
  const late = rows().slice(-100, -1)
  expect(late.map(({ at }, index) => at - (late[index - 1]?.at ?? at - 4000))).toEqual(late.map(() => 4000))
})

it('lets no failure of the store reach the server that told it', async () => {
  const { transfers, samples, clock, rows } = bench()
  const { save } = samples
  samples.save = async () => Promise.reject(new Error('locked'))
  transfers.noteServed('r', 1)
  await transfers.settled('r')
  samples.save = save
  clock.at += 1000
  transfers.noteServed('r', 2)
  await transfers.settled('r')
  expect(rows().map(({ servedBytes }) => servedBytes)).toEqual([3])
})
