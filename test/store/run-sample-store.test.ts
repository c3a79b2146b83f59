import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createStore, type Store } from '../../src/store/create-store.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-samples-'))
  store = await createStore(join(folder, 'slipway.db'))
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const row = (at: number, runId = 'r') => ({
  ...{ runId, at, step: 'writing', doneBytes: at, totalBytes: 9, servedBytes: at },
})
const times = async (after?: number) => (await store.runSamples.list('r', after)).map(({ at }) => at)

it('lists the rows of one run in the order of their times, all or those after one', async () => {
  for (const at of [30, 10, 20]) await store.runSamples.save(row(at))
  await store.runSamples.save(row(15, 'another'))
  expect(await times()).toEqual([10, 20, 30])
  expect(await times(10)).toEqual([20, 30])
})

it('puts a row in the place of others', async () => {
  for (const at of [10, 20]) await store.runSamples.save(row(at))
  await store.runSamples.save(row(25), [20])
  expect(await times()).toEqual([10, 25])
  await store.runSamples.save({ ...row(25), doneBytes: 7 })
  expect((await store.runSamples.list('r')).at(-1)?.doneBytes).toBe(7)
})

it('thins a run out, whatever its length, and keeps its ends and the other runs', async () => {
  for (let at = 1; at <= 1203; at++) await store.runSamples.save(row(at))
  await store.runSamples.save(row(2, 'another'))
  await store.runSamples.thin('r')
  const left = await times()
  expect([left.length, left[0], left[1], left.at(-1)]).toEqual([602, 1, 3, 1203])
  expect(await store.runSamples.list('another')).toHaveLength(1)
})
