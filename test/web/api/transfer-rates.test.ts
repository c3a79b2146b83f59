import { expect, it } from 'vitest'
import { withRates } from '../../../src/web/api/transfer-rates.ts'

const sample = (at: number, step: string, doneBytes: number, servedBytes: number) => ({
  ...{ runId: 'r', at, step, doneBytes, totalBytes: 1000, servedBytes },
})
const rates = (rows: ReturnType<typeof sample>[], after?: number) =>
  withRates(rows, after).map(({ at, donePerSecond, servedPerSecond }) => [at, donePerSecond, servedPerSecond])

it('tells bytes a second since the sample before, whatever lies between', () => {
  const rows = [sample(1000, 'writing', 0, 0), sample(2000, 'writing', 300, 100), sample(4000, 'writing', 500, 400)]
  expect(rates(rows)).toEqual([
    [1000, 0, 0],
    [2000, 300, 100],
    [4000, 100, 150],
  ])
})

it('counts done bytes anew in each step, and never below zero', () => {
  const rows = [
    sample(1000, 'writing', 900, 500),
    sample(2000, 'readingBack', 100, 500),
    sample(3000, 'readingBack', 50, 500),
  ]
  expect(rates(rows).map(([, done]) => done)).toEqual([0, 0, 0])
})

it('knows the rate of the first sample after a time by the one before it', () => {
  const rows = [sample(1000, 'writing', 0, 0), sample(2000, 'writing', 300, 100)]
  expect(rates(rows, 1000)).toEqual([[2000, 300, 100]])
})
