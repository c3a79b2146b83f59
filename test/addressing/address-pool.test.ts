import { expect, it, test } from 'vitest'
import { addressesFrom, createAddressPool } from '../../src/addressing/address-pool.ts'
import { segment } from './sample.ts'

const pool = createAddressPool(segment)

it('lists its addresses lowest first, without the gateway', () =>
  expect([...addressesFrom(pool, 0)]).toEqual(['10.0.0.10', '10.0.0.11', '10.0.0.13']))

test.each([
  ['10.0.0.10', true, true],
  ['10.0.0.12', false, true],
  ['10.0.0.14', false, true],
  ['10.0.1.10', false, false],
])('%s may be handed out: %s; is on the subnet: %s', (address, handedOut, onSubnet) => {
  expect(pool.has(address)).toBe(handedOut)
  expect(pool.isOnSubnet(address)).toBe(onSubnet)
})

it('hands out neither our own address nor a name server', () => {
  const crowded = createAddressPool({ ...segment, address: '10.0.0.10', dns: ['10.0.0.11'] })
  expect([...addressesFrom(crowded, 0)]).toEqual(['10.0.0.13'])
})
