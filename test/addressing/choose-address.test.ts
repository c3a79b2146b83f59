import { expect, it, test } from 'vitest'
import { chooseAddress, conflictOf } from '../../src/addressing/choose-address.ts'
import type { LeaseClient } from '../../src/addressing/lease-client.ts'
import type { LeaseTable } from '../../src/addressing/lease-table.ts'
import { client, lease, MAC_A, MAC_B, tableOf, UUID_A, UUID_B } from './sample.ts'

const NOW = 500
const held = (table: LeaseTable, address: string, key: string): LeaseTable => {
  table.hold(address, key, NOW + 1)
  return table
}
const past = { expiresAt: NOW }

test.each<[string, LeaseTable, LeaseClient, string | undefined, string, string]>([
  ['its live lease', tableOf(lease('10.0.0.11', MAC_A)), client(MAC_A), '10.0.0.13', 'current', '10.0.0.11'],
  [
    'the live lease of its MAC under another id',
    tableOf(lease('10.0.0.11', MAC_A, { clientKey: 'id:0152' })),
    client(MAC_A),
    undefined,
    'current',
    '10.0.0.11',
  ],
  [
    'its own live lease before that of its MAC',
    tableOf(lease('10.0.0.11', MAC_A, { clientKey: 'id:0152', updatedAt: 9 }), lease('10.0.0.13', MAC_A)),
    client(MAC_A),
    undefined,
    'current',
    '10.0.0.13',
  ],
  [
    'the live lease of its MAC before its own past one',
    tableOf(lease('10.0.0.11', MAC_A, { clientKey: 'id:0152' }), lease('10.0.0.13', MAC_A, past)),
    client(MAC_A),
    undefined,
    'current',
    '10.0.0.11',
  ],
  [
    'what it was offered a moment ago',
    held(tableOf(), '10.0.0.13', `hw:1:${MAC_A}`),
    client(MAC_A),
    '10.0.0.11',
    'offered',
    '10.0.0.13',
  ],
  ['its expired lease', tableOf(lease('10.0.0.13', MAC_A, past)), client(MAC_A), '10.0.0.11', 'previous', '10.0.0.13'],
  [
    'its released lease',
    tableOf(lease('10.0.0.13', MAC_A, { state: 'released' })),
    client(MAC_A),
    undefined,
    'previous',
    '10.0.0.13',
  ],
  ['what it asks for', tableOf(), client(MAC_A), '10.0.0.13', 'requested', '10.0.0.13'],
  [
    "what it asks for, once another's",
    tableOf(lease('10.0.0.13', MAC_B, past)),
    client(MAC_A),
    '10.0.0.13',
    'requested',
    '10.0.0.13',
  ],
  ['a new one when it asks for one outside the range', tableOf(), client(MAC_A), '10.0.0.99', 'unused', '10.0.0.10'],
  ['a new one when it asks for the gateway', tableOf(), client(MAC_A), '10.0.0.12', 'unused', '10.0.0.10'],
  [
    "a new one when it asks for another's",
    tableOf(lease('10.0.0.10', MAC_B)),
    client(MAC_A),
    '10.0.0.10',
    'unused',
    '10.0.0.11',
  ],
  [
    'a new one when it asks for one that is offered',
    held(tableOf(), '10.0.0.10', 'id:bb'),
    client(MAC_A),
    '10.0.0.10',
    'unused',
    '10.0.0.11',
  ],
  [
    'a new one when its own is offered to another',
    held(tableOf(lease('10.0.0.10', MAC_A, past)), '10.0.0.10', 'id:bb'),
    client(MAC_A),
    undefined,
    'unused',
    '10.0.0.11',
  ],
  [
    'a new one when it declined its own',
    tableOf(lease('10.0.0.10', MAC_A, { state: 'declined' })),
    client(MAC_A),
    undefined,
    'unused',
    '10.0.0.11',
  ],
  [
    'a new one when its lease is outside the range',
    tableOf(lease('10.0.0.99', MAC_A)),
    client(MAC_A),
    undefined,
    'unused',
    '10.0.0.10',
  ],
  [
    'a new one when another machine has its MAC',
    tableOf(lease('10.0.0.10', MAC_A, { clientKey: 'id:0152', uuid: UUID_B })),
    client(MAC_A, { uuid: UUID_A }),
    undefined,
    'unused',
    '10.0.0.11',
  ],
  [
    'one that is vacant when none is new',
    tableOf(lease('10.0.0.10', MAC_B), lease('10.0.0.11', MAC_B, past), lease('10.0.0.13', MAC_B)),
    client(MAC_A),
    undefined,
    'vacant',
    '10.0.0.11',
  ],
  [
    'one whose quarantine is over when none is new',
    tableOf(
      lease('10.0.0.10', MAC_B),
      lease('10.0.0.11', MAC_B, { state: 'declined', ...past }),
      lease('10.0.0.13', MAC_B),
    ),
    client(MAC_A),
    undefined,
    'vacant',
    '10.0.0.11',
  ],
])('offers a client %s', (_name, table, asking, requested, origin, address) =>
  expect(chooseAddress(table, asking, requested, NOW)).toEqual({ origin, address }),
)

it('says why it has none', () => {
  const table = tableOf(lease('10.0.0.10', MAC_B), lease('10.0.0.11', MAC_B, { state: 'declined' }))
  table.hold('10.0.0.13', 'id:bb', NOW + 1)
  expect(chooseAddress(table, client(MAC_A), '10.0.0.10', NOW)).toEqual({
    exhausted: true,
    why: 'every address of the ranges is leased, offered or set aside',
  })
})

test.each([
  [
    'another machine on its MAC',
    lease('10.0.0.10', MAC_A, { uuid: UUID_B }),
    /00:0a is used by two machines: 101.* holds 10.0.0.10, 001.* asks/,
  ],
  ['another machine long ago', lease('10.0.0.10', MAC_A, { uuid: UUID_B, ...past }), undefined],
  ['the same machine', lease('10.0.0.10', MAC_A, { uuid: UUID_A }), undefined],
  ['a machine that said no UUID', lease('10.0.0.10', MAC_A), undefined],
])('a conflict with %s: %s', (_name, other, says) => {
  const conflict = conflictOf(tableOf(other), client(MAC_A, { uuid: UUID_A }), NOW)
  if (says) expect(conflict).toMatch(says)
  else expect(conflict).toBeUndefined()
})
