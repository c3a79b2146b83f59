import { expect, it } from 'vitest'
import type { Run } from '../../src/domain/run/run.ts'
import { createOpenRunCache } from '../../src/store/open-run-cache.ts'

const run = (id: string, over: Partial<Run> = {}) => ({ id, machine: 'one', endedAt: undefined, ...over }) as Run

it('finds the open run of a machine, and reads them once', async () => {
  let reads = 0
  const cache = createOpenRunCache(async () => {
    reads++
    return [run('a')]
  })
  expect([(await cache.find('one'))?.id, await cache.find('two'), cache.byId('a')?.id]).toEqual(['a', undefined, 'a'])
  expect(reads).toBe(1)
})

it('lets go a run that ends, and only that one', async () => {
  const cache = createOpenRunCache(async () => [run('a')])
  await cache.find('one')
  cache.keep(run('b', { endedAt: 1 }))
  expect((await cache.find('one'))?.id).toBe('a')
  cache.keep(run('a', { endedAt: 1 }))
  expect([await cache.find('one'), cache.byId('a')]).toEqual([undefined, undefined])
})

it.each([
  ['that ended meanwhile is not open again', { endedAt: 1 }, undefined],
  ['that changed meanwhile is as it is now', { state: 'booting' as const }, 'booting'],
])('a run %s, whatever the database was just asked', async (_title, change, state) => {
  const reading = Promise.withResolvers<Run[]>()
  const cache = createOpenRunCache(() => reading.promise)
  const found = cache.find('one')
  cache.keep(run('a', change))
  reading.resolve([run('a', { state: 'awaitingBoot' })])
  expect((await found)?.state).toBe(state)
})
