import { expect, it, test } from 'vitest'
import { type AddressPool, createAddressPool, nextInPool } from '../../src/addressing/address-pool.ts'
import { numberToIpv4 } from '../../src/core/ipv4.ts'
import { client, MAC_A, MAC_B, segment } from './sample.ts'

const pool = createAddressPool(segment)

/** Every address from the lowest on, until the walk begins again. */
function all(of: AddressPool): string[] {
  const found: string[] = []
  for (let at = nextInPool(of, -1); at !== undefined; ) {
    found.push(numberToIpv4(at))
    const next = nextInPool(of, at)
    at = next !== undefined && next > at ? next : undefined
  }
  return found
}

it('lists its addresses lowest first, without the gateway', () =>
  expect(all(pool)).toEqual(['10.0.0.10', '10.0.0.11', '10.0.0.13']))

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
  expect(all(crowded)).toEqual(['10.0.0.13'])
})

const wide = createAddressPool({
  ...segment,
  ranges: [
    { first: '10.0.0.20', last: '10.0.0.29' },
    { first: '10.0.0.10', last: '10.0.0.13' },
  ],
  exclusions: [
    { first: '10.0.0.13', last: '10.0.0.24' },
    { first: '10.0.0.22', last: '10.0.0.27' },
  ],
  reservations: [
    { address: '10.0.0.29', mac: MAC_A },
    { address: '10.0.0.200', clientId: 'ff00' },
  ],
})

it('hands out of several ranges, without exclusions and what is reserved', () => {
  expect(all(wide)).toEqual(['10.0.0.10', '10.0.0.11', '10.0.0.28'])
  expect(wide.size()).toBe(3)
})

it('keeps a reservation for its client, by MAC or by client id', () => {
  const byId = client(MAC_B, { key: 'id:ff00' })
  expect([wide.reservedFor(client(MAC_A)), wide.reservedFor(byId), wide.reservedFor(client(MAC_B))]).toEqual([
    '10.0.0.29',
    '10.0.0.200',
    undefined,
  ])
  expect([wide.mayHave(client(MAC_A), '10.0.0.29'), wide.mayHave(client(MAC_B), '10.0.0.29')]).toEqual([true, false])
  expect(wide.mayHave(client(MAC_B), '10.0.0.28')).toBe(true)
})
