import { expect, it } from 'vitest'
import { createAddressPool } from '../../src/addressing/address-pool.ts'
import { createLeaseTable } from '../../src/addressing/lease-table.ts'
import { client, lease, MAC_A, MAC_B, segment, tableOf } from './sample.ts'

it('finds a lease by address, by key and by MAC, newest first', () => {
  const old = lease('10.0.0.10', MAC_A, { clientKey: 'id:01', updatedAt: 1 })
  const young = lease('10.0.0.11', MAC_A, { updatedAt: 2 })
  const table = tableOf(old, young, lease('10.0.0.13', MAC_B))
  expect(table.at('10.0.0.10')).toEqual(old)
  expect(table.near(client(MAC_A))).toEqual([young, old])
  expect(table.near(client(MAC_B, { key: 'id:01' }))).toEqual(
    [old, lease('10.0.0.13', MAC_B)].sort((a, b) => b.updatedAt - a.updatedAt),
  )
  expect(table.ofMac(MAC_A)).toEqual([young, old])
})

it('forgets the former client of an address that moved', () => {
  const table = tableOf(lease('10.0.0.10', MAC_A))
  table.put(lease('10.0.0.10', MAC_B))
  expect(table.near(client(MAC_A))).toEqual([])
  expect(table.rows()).toEqual([lease('10.0.0.10', MAC_B)])
})

it('names the lowest address that was never leased and is not offered', () => {
  const table = tableOf(lease('10.0.0.10', MAC_A))
  expect(table.unused(0)).toBe('10.0.0.11')
  table.hold('10.0.0.11', 'b', 100)
  expect(table.unused(0)).toBe('10.0.0.13')
  table.hold('10.0.0.13', 'c', 100)
  expect(table.unused(0)).toBeUndefined()
  expect(table.unused(100)).toBe('10.0.0.11')
})

it('names the address that has been vacant for longest, whether released or expired', () => {
  const table = tableOf(
    lease('10.0.0.10', MAC_A, { expiresAt: 50 }),
    lease('10.0.0.11', MAC_A, { state: 'released', updatedAt: 40, expiresAt: 900 }),
    lease('10.0.0.13', MAC_A, { expiresAt: 1000 }),
  )
  expect(table.oldestVacant(60)).toBe('10.0.0.11')
  table.hold('10.0.0.11', 'b', 100)
  expect(table.oldestVacant(60)).toBe('10.0.0.10')
})

it('finds a vacant address again as soon as a full range has one', () => {
  const table = tableOf(lease('10.0.0.10', MAC_A, { expiresAt: 50 }), lease('10.0.0.11', MAC_A, { expiresAt: 70 }))
  expect([table.oldestVacant(40), table.oldestVacant(49), table.oldestVacant(50)]).toEqual([
    undefined,
    undefined,
    '10.0.0.10',
  ])
  const full = tableOf(lease('10.0.0.10', MAC_A, { expiresAt: 500 }))
  expect(full.oldestVacant(40)).toBeUndefined()
  full.put(lease('10.0.0.10', MAC_A, { state: 'released', expiresAt: 500 }))
  expect(full.oldestVacant(40)).toBe('10.0.0.10')
})

it('hands out only of the range that counts now, and keeps leases outside it', () => {
  const table = tableOf(lease('10.0.0.10', MAC_A, { expiresAt: 0 }))
  table.usePool(createAddressPool({ ...segment, ranges: [{ first: '10.0.0.20', last: '10.0.0.20' }] }))
  expect([table.unused(1), table.oldestVacant(1)]).toEqual(['10.0.0.20', undefined])
  expect(table.at('10.0.0.10')).toMatchObject({ mac: MAC_A })
})

it('hands out 64,999 addresses around the gateway, and refuses 10,000 more, in a few seconds', () => {
  const wide = {
    ...segment,
    address: '10.1.255.254',
    prefix: 15,
    ranges: [{ first: '10.0.0.1', last: '10.0.253.232' }],
  }
  const table = createLeaseTable(createAddressPool(wide), [])
  const began = performance.now()
  for (let i = 0; i < 64_999; i++) {
    const address = table.unused(0)!
    table.put(lease(address, `02:00:00:00:${(i >> 8).toString(16)}:${(i & 255).toString(16)}`))
  }
  expect(table.unused(0)).toBeUndefined()
  for (let i = 0; i < 10_000; i++) expect(table.oldestVacant(0)).toBeUndefined()
  expect(performance.now() - began).toBeLessThan(5_000)
})
