import { expect, it, test } from 'vitest'
import { newRetryTimer, oackRetries, oackWaitMs, takeRoundTrip, waitMs } from '../../../src/servers/tftp/retry-timer.ts'

const LIMITS = { firstMs: 1000, leastMs: 200, mostMs: 8000, patientMs: 0, retries: 8 }
const after = (...trips: number[]) => {
  const timer = newRetryTimer()
  for (const trip of trips) takeRoundTrip(timer, trip)
  return timer
}

test.each([
  ['nothing is known', after(), undefined, 1000],
  ['nothing is known, and the client waits less', after(), 500, 500],
  ['the first round trip took 300 ms', after(300), undefined, 900],
  ['round trips are very short', after(1, 1, 1), undefined, 200],
  ['round trips are very long', after(9000), undefined, 8000],
  ['round trips are long, and the client waits less', after(9000), 2000, 2000],
])('waits as it should when %s', (_name, timer, negotiated, ms) => expect(waitMs(timer, LIMITS, negotiated)).toBe(ms))

it('comes to wait little more than a steady round trip', () =>
  expect(waitMs(after(...Array(50).fill(400)), LIMITS, undefined)).toBeLessThan(410))

it('doubles the wait with each timeout in a row, up to the most', () => {
  const timer = after(1)
  const waits = [0, 1, 2, 3, 4, 5, 6].map((backoff) => waitMs({ ...timer, backoff }, LIMITS, undefined))
  expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 8000])
})

it('leaves a silent client its own timeout after three quick sendings', () => {
  const timer = after(1)
  const limits = { ...LIMITS, patientMs: 6000 }
  const waits = [0, 1, 2, 3, 4, 5, 6].map((backoff) => waitMs({ ...timer, backoff }, limits, undefined))
  expect(waits).toEqual([200, 400, 800, 6000, 6000, 6400, 8000])
  expect(waitMs({ ...timer, backoff: 3 }, limits, 3000)).toBe(3000)
})

it('leaves a client that is silent after an OACK three of its own timeouts, and gives up after about the same time', () => {
  const limits = { ...LIMITS, patientMs: 6000 }
  expect([0, 1, 3, 9].map((backoff) => oackWaitMs({ ...after(), backoff }, limits))).toEqual([
    18000, 18000, 18000, 18000,
  ])
  expect([0, 3, 9].map((backoff) => oackWaitMs({ ...after(), backoff }, LIMITS))).toEqual([1000, 8000, 8000])
  expect([oackRetries(limits), oackRetries(LIMITS)]).toEqual([3, 8])
})
