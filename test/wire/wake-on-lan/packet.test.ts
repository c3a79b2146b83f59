import { expect, it, test } from 'vitest'
import { encodeMagic, encodeMagicFrame } from '../../../src/wire/wake-on-lan/packet.ts'

const mac = Buffer.from('525400123456', 'hex')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test.each([
  ['without a password', '', 102],
  ['with one of 4 bytes', 'c0a80001', 106],
  ['with one of 6 bytes', '010203040506', 108],
])('W-01: is six bytes of ones, the MAC sixteen times and nothing else, %s', (_name, password, bytes) => {
  const packet = encodeMagic(mac, Buffer.from(password, 'hex'))
  expect([packet.length, hex(packet)]).toEqual([bytes, 'ff'.repeat(6) + '525400123456'.repeat(16) + password])
})

it('W-01: goes to everyone as an Ethernet frame of type 0x0842', () => {
  expect(hex(encodeMagicFrame(Buffer.from('020000000001', 'hex'), Uint8Array.of(7)))).toBe(
    'ffffffffffff020000000001084207',
  )
})

test.each([
  ['a MAC of 5 bytes', Buffer.alloc(5), Buffer.alloc(0), /MAC of 6 bytes, got 5/],
  ['a password of 5 bytes', mac, Buffer.alloc(5), /4 or 6 bytes, got 5/],
])('refuses %s', (_name, address, password, message) => {
  expect(() => encodeMagic(address, password)).toThrow(message)
})
