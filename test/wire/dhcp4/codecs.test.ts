import { expect, it, test } from 'vitest'
import {
  type Codec,
  ipv4,
  listOf,
  messageType,
  opaque,
  text,
  unsigned,
  userClass,
} from '../../../src/wire/dhcp4/codecs.ts'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')

const bothWays: [string, Codec<never>, string, unknown][] = [
  ['an address', ipv4 as Codec<never>, '0a4d0001', '10.77.0.1'],
  ['the highest address', ipv4 as Codec<never>, 'ffffffff', '255.255.255.255'],
  ['two addresses', listOf(4, ipv4) as Codec<never>, '0a000001 0a000002', ['10.0.0.1', '10.0.0.2']],
  ['one byte', unsigned(1) as Codec<never>, 'ff', 255],
  ['two bytes', unsigned(2) as Codec<never>, 'ff00', 65280],
  ['four bytes, unsigned', unsigned(4) as Codec<never>, 'ffffffff', 4294967295],
  ['a list of architectures', listOf(2, unsigned(2)) as Codec<never>, '0000 0007', [0, 7]],
  ['text', text as Codec<never>, 'c3a9', 'é'],
  ['no text', text as Codec<never>, '', ''],
  ['a message type', messageType as Codec<never>, '03', 'request'],
  ['a user class list (RFC 3004)', userClass as Codec<never>, '04 69505845 01 61', ['iPXE', 'a']],
]
test.each(bothWays)('reads and writes %s', (_name, codec, wire, value) => {
  expect(codec.decode(hex(wire))).toEqual(value)
  expect(Buffer.from(codec.encode(value as never))).toEqual(hex(wire))
})

test.each([
  ['bare iPXE', '69505845', ['iPXE']],
  ['a length that runs over the end', '05 69505845', ['\x05iPXE']],
  ['a zero length inside', '01 61 00', ['\x01a']],
])('reads a user class with %s as one text', (_name, wire, value) => expect(userClass.decode(hex(wire))).toEqual(value))

it('drops the NULs that some ROMs put after a text', () => expect(text.decode(hex('61620000'))).toBe('ab'))

const wrong: [string, Codec<never>, string, RegExp][] = [
  ['a short address', ipv4 as Codec<never>, '0a4d00', /expected 4 bytes, got 3/],
  ['an empty address list', listOf(4, ipv4) as Codec<never>, '', /expected a multiple of 4 bytes, not 0, got 0/],
  ['half an architecture', listOf(2, unsigned(2)) as Codec<never>, '000700', /multiple of 2 bytes, not 0, got 3/],
  ['a long number', unsigned(2) as Codec<never>, '010203', /expected 2 bytes, got 3/],
  ['message type 0', messageType as Codec<never>, '00', /expected 1 to 18, got 0/],
  ['a client id of one byte (RFC 2132 §9.14)', opaque(2) as Codec<never>, '01', /expected at least 2 bytes, got 1/],
]
test.each(wrong)('refuses %s', (_name, codec, wire, message) => {
  expect(() => codec.decode(hex(wire))).toThrow(expect.objectContaining({ code: 'dhcp.malformed' }))
  expect(() => codec.decode(hex(wire))).toThrow(message)
})
