import { expect, it, test } from 'vitest'
import { clientKey, isLive, isOwn, isVacant } from '../../src/addressing/lease-client.ts'
import { client, lease, MAC_A, MAC_B, UUID_A, UUID_B } from './sample.ts'

it('keys a client by its id, else by hardware type and MAC (RFC 2131 §4.2)', () => {
  expect(clientKey(Buffer.from('01525400', 'hex'), 1, MAC_A)).toBe('id:01525400')
  expect(clientKey(undefined, 1, MAC_A)).toBe(`hw:1:${MAC_A}`)
  expect(clientKey(undefined, 6, MAC_A)).not.toBe(clientKey(undefined, 1, MAC_A))
})

test.each([
  ['under its own key', {}, {}, true],
  ['under another id on its MAC', { clientKey: 'id:ff' }, {}, true],
  ['under another id on its MAC, the same machine', { clientKey: 'id:ff', uuid: UUID_A }, { uuid: UUID_A }, true],
  ['under another id on its MAC, another machine', { clientKey: 'id:ff', uuid: UUID_B }, { uuid: UUID_A }, false],
  ['of another MAC', { clientKey: 'id:ff', mac: MAC_B }, {}, false],
  ['under its id, of another MAC', { clientKey: 'id:aa', mac: MAC_B }, { key: 'id:aa' }, true],
])('a lease %s: own is %#', (_name, leaseOver, clientOver, own) =>
  expect(isOwn(lease('10.0.0.10', MAC_A, leaseOver), client(MAC_A, clientOver))).toBe(own),
)

test.each([
  ['bound', 999, true, false],
  ['bound', 1000, false, true],
  ['released', 999, false, true],
  ['declined', 999, false, false],
  ['declined', 1000, false, true],
] as const)('a %s lease that ends at 1000 is at %i live %s, vacant %s', (state, now, live, vacant) => {
  expect(isLive(lease('10.0.0.10', MAC_A, { state }), now)).toBe(live)
  expect(isVacant(lease('10.0.0.10', MAC_A, { state }), now)).toBe(vacant)
})
