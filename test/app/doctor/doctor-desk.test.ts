import { expect, it } from 'vitest'
import { createDoctorDesk } from '../../../src/app/doctor/doctor-desk.ts'
import type { DoctorRow } from '../../../src/domain/doctor.ts'

const ROW: DoctorRow = { check: 'clock', about: 'clock', outcome: 'ok', expected: 'right', got: 'right' }

/** A desk whose look ends when the test says so. */
function desk() {
  const time = { now: 0 }
  const looks: PromiseWithResolvers<DoctorRow[]>[] = []
  const made = createDoctorDesk({
    ...{ checks: 2, clock: { now: () => time.now } },
    look: (onDone) => {
      onDone('clock')
      looks.push(Promise.withResolvers<DoctorRow[]>())
      return looks.at(-1)!.promise
    },
  })
  const settled = async () => {
    while (made.state().state === 'running') await Promise.resolve()
  }
  return { ...made, looks, time, settled }
}

it('tells how many checks have ended, runs one time at once, and keeps the rows', async () => {
  const { start, state, looks, settled } = desk()
  expect(state()).toMatchObject({ state: 'never', total: 2 })
  start()
  start()
  expect([looks.length, state()]).toMatchObject([1, { state: 'running', done: 1 }])
  looks[0]!.resolve([ROW])
  await settled()
  expect(state()).toMatchObject({ state: 'done', finishedAt: 0, rows: [ROW] })
})

it('looks again only a minute after the last time', async () => {
  const { start, looks, time, settled } = desk()
  start()
  looks[0]!.resolve([ROW])
  await settled()
  time.now = 59_999
  start()
  expect(looks).toHaveLength(1)
  time.now = 60_000
  start()
  expect(looks).toHaveLength(2)
})

it('tells why the checks could not be run', async () => {
  const { start, state, looks, settled } = desk()
  start()
  looks[0]!.reject(new Error('planned'))
  await settled()
  expect(state()).toMatchObject({ state: 'done', why: 'Error: planned', rows: [] })
})
