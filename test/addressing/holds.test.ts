import { expect, it } from 'vitest'
import { createHolds } from '../../src/addressing/holds.ts'

it('keeps an offered address until its time', () => {
  const holds = createHolds()
  holds.hold('10.0.0.10', 'a', 100)
  expect([holds.holder('10.0.0.10', 99), holds.offer('a', 99)]).toEqual(['a', '10.0.0.10'])
  expect([holds.holder('10.0.0.10', 100), holds.offer('a', 100)]).toEqual([undefined, undefined])
})

it('keeps one offer a client', () => {
  const holds = createHolds()
  holds.hold('10.0.0.10', 'a', 100)
  holds.hold('10.0.0.11', 'a', 100)
  expect([holds.holder('10.0.0.10', 0), holds.offer('a', 0)]).toEqual([undefined, '10.0.0.11'])
})

it('gives an address to the last client that it is offered to', () => {
  const holds = createHolds()
  holds.hold('10.0.0.10', 'a', 100)
  holds.hold('10.0.0.10', 'b', 100)
  expect([holds.holder('10.0.0.10', 0), holds.offer('a', 0), holds.offer('b', 0)]).toEqual([
    'b',
    undefined,
    '10.0.0.10',
  ])
  holds.drop('10.0.0.10')
  expect(holds.offer('b', 0)).toBeUndefined()
})

it('keeps an address while it is being stored, past the offer and until the last of two stores', async () => {
  const holds = createHolds()
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const storing = [first, second].map((each) => holds.during('10.0.0.10', 'a', () => each.promise))
  first.resolve()
  await storing[0]
  expect(holds.holder('10.0.0.10', 1e12)).toBe('a')
  second.reject(new Error('disk full'))
  await expect(storing[1]).rejects.toThrow('disk full')
  expect(holds.holder('10.0.0.10', 0)).toBeUndefined()
})
