import { expect, it } from 'vitest'
import { createAddressPool } from '../../src/addressing/address-pool.ts'
import { createUnusedSearch } from '../../src/addressing/unused-search.ts'
import { segment } from './sample.ts'

const pool = createAddressPool(segment)

it('goes on behind the last one it found, and begins again at the end', () => {
  const used = new Set<string>()
  const search = createUnusedSearch(pool, (address) => used.has(address))
  const take = (now: number) => {
    const address = search.next(now)
    if (address) used.add(address)
    return address
  }
  expect([take(0), take(0), take(0)]).toEqual(['10.0.0.10', '10.0.0.11', '10.0.0.13'])
  used.delete('10.0.0.11')
  expect(take(0)).toBe('10.0.0.11')
  expect(take(0)).toBeUndefined()
})

it('finds first what was freed', () => {
  const used = new Set(['10.0.0.10', '10.0.0.11', '10.0.0.13'])
  const search = createUnusedSearch(pool, (address) => used.has(address))
  expect(search.next(0)).toBeUndefined()
  used.delete('10.0.0.11')
  search.freed('10.0.0.11')
  expect(search.next(0)).toBe('10.0.0.11')
})

it('looks at no more addresses than the pool has, however many are used', () => {
  let looked = 0
  const search = createUnusedSearch(pool, () => ++looked > 0)
  search.next(0)
  expect(looked).toBeLessThanOrEqual(4)
  search.next(99)
  expect(looked).toBeLessThanOrEqual(4)
  search.next(100)
  expect(looked).toBeGreaterThan(4)
})

it('walks past nothing in a storm of offers', () => {
  const wide = createAddressPool({ ...segment, prefix: 16, ranges: [{ first: '10.0.1.0', last: '10.0.250.0' }] })
  const used = new Set<string>()
  let looked = 0
  const search = createUnusedSearch(wide, (address) => {
    looked++
    return used.has(address)
  })
  for (let i = 0; i < 10_000; i++) used.add(search.next(0)!)
  expect(used.size).toBe(10_000)
  expect(looked).toBe(10_000)
})
