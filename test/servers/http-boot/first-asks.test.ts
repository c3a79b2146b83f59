import { expect, it } from 'vitest'
import { createFirstAsks } from '../../../src/servers/http-boot/first-asks.ts'

it('tells the first one of every boot session, for each run on its own', () => {
  const { isFirst } = createFirstAsks()
  expect([isFirst('a', 1), isFirst('a', 1), isFirst('b', 1)]).toEqual([true, false, true])
  expect([isFirst('a', 2), isFirst('a', 2), isFirst('b', 1)]).toEqual([true, false, false])
})

it('forgets the run whose session began longest ago when there are too many', () => {
  const { isFirst } = createFirstAsks(2)
  for (const run of ['a', 'b']) isFirst(run, 1)
  isFirst('a', 2)
  isFirst('c', 1)
  expect([isFirst('a', 2), isFirst('c', 1)]).toEqual([false, false])
  expect(isFirst('b', 1)).toBe(true)
})
