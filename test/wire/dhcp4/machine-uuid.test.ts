import { expect, it, test } from 'vitest'
import { machineUuid } from '../../../src/wire/dhcp4/machine-uuid.ts'

const WIRE = Buffer.from('0033221100554477668899aabbccddeeff', 'hex')
const UUID = '00112233-4455-6677-8899-aabbccddeeff'

it('reads the first three fields little-endian, as SMBIOS has them', () => expect(machineUuid.decode(WIRE)).toBe(UUID))

it('writes back what it read', () => expect(Buffer.from(machineUuid.encode(UUID))).toEqual(WIRE))

it('writes upper-case text like lower-case text', () =>
  expect(Buffer.from(machineUuid.encode(UUID.toUpperCase()))).toEqual(WIRE))

test.each([
  ['a type other than 0', `01${WIRE.toString('hex').slice(2)}`, /expected type 0, got type 1/],
  ['16 bytes', WIRE.toString('hex').slice(2), /expected 17 bytes, got 16/],
])('refuses %s', (_name, wire, message) => expect(() => machineUuid.decode(Buffer.from(wire, 'hex'))).toThrow(message))
