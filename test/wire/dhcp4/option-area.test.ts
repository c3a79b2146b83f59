import { expect, it, test } from 'vitest'
import { readField, sizeOf, writeAll, writeFields } from '../../../src/wire/dhcp4/option-area.ts'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const readFields = (fields: Uint8Array[]): Map<number, Uint8Array> => {
  const raw = new Map<number, Uint8Array>()
  for (const [i, bytes] of fields.entries()) readField({ name: `field ${i}`, bytes }, raw)
  return raw
}
const read = (...fields: string[]): [number, string][] =>
  [...readFields(fields.map(hex))].map(([code, value]) => [code, Buffer.from(value).toString('hex')])

test.each<[string, string[], [number, string][]]>([
  [
    'options in their order',
    ['350101 0c026162 ff'],
    [
      [53, '01'],
      [12, '6162'],
    ],
  ],
  ['past pads', ['00 00 350101 00 ff'], [[53, '01']]],
  ['nothing after the end', ['350101 ff 0c0161'], [[53, '01']]],
  ['a field without an end', ['350101'], [[53, '01']]],
  ['an option of no bytes', ['5000 ff'], [[80, '']]],
  [
    'an option met twice as one (RFC 3396)',
    ['430161 350101 430162 ff'],
    [
      [67, '6162'],
      [53, '01'],
    ],
  ],
  [
    'an option that goes on in the next field',
    ['430161 ff', '430162 0c0163 ff'],
    [
      [67, '6162'],
      [12, '63'],
    ],
  ],
])('reads %s', (_name, fields, options) => expect(read(...fields)).toEqual(options))

test.each([
  ['without a length', '3501', 'option 53 in field 0: expected 1 bytes, got 0'],
  ['cut before its length', '350101 0c', 'option 12 in field 0: expected a length, got the end of the field'],
  ['cut short', '0c05 6162', 'option 12 in field 0: expected 5 bytes, got 2'],
])('refuses an option %s', (_name, wire, message) => {
  expect(() => read(wire)).toThrow(message)
  expect(() => read(wire)).toThrow(expect.objectContaining({ code: 'dhcp.malformed' }))
})

const write = (options: [number, number][], rooms: number[]): { fields: string[]; left: number[] } => {
  const raw = new Map(options.map(([code, length]) => [code, Buffer.alloc(length, code)]))
  const { fields, left } = writeFields(raw, rooms)
  return { fields: fields.map((field) => Buffer.from(field).toString('hex')), left }
}

it('splits a value over 255 bytes and reads it back (RFC 3396)', () => {
  const value = Buffer.from(Array.from({ length: 600 }, (_, i) => i % 251))
  const { fields, left } = writeFields(new Map([[67, value]]), [1000])
  expect(fields[0]!.length).toBe(2 + 255 + 2 + 255 + 2 + 90 + 1)
  expect(left).toEqual([])
  expect(readFields([fields[0]!])).toEqual(new Map([[67, value]]))
})

it('goes on in the next field when one is full, keeping the order', () =>
  expect(
    write(
      [
        [1, 2],
        [2, 2],
        [3, 1],
      ],
      [6, 20],
    ),
  ).toEqual({ fields: ['01020101ff', '020202020301' + '03ff'], left: [] }))

it('never splits a value that fits one instance', () =>
  expect(
    write(
      [
        [1, 1],
        [2, 4],
      ],
      [7, 7],
    ),
  ).toEqual({ fields: ['010101ff', '020402020202ff'], left: [] }))

it('names the options that found no room and writes the others', () =>
  expect(
    write(
      [
        [1, 1],
        [2, 9],
        [3, 1],
      ],
      [8],
    ),
  ).toEqual({ fields: ['010101030103ff'], left: [2] }))

it('leaves unused fields empty and ends the first even when it holds nothing', () =>
  expect(write([], [5, 5])).toEqual({ fields: ['ff', ''], left: [] }))

it.each([
  ['nothing', []],
  ['short ones', [12, 53, 61]],
  ['an empty one', [0, 3]],
  ['one that is split (RFC 3396)', [1, 255, 256, 510, 600]],
])('writes into one field %s as writeFields does, in the bytes it says', (_name, lengths) => {
  const raw = new Map(lengths.map((length, i) => [i + 1, Buffer.alloc(length, i + 65)]))
  const out = Buffer.alloc(3 + sizeOf(raw) + 1, 7)
  writeAll(raw, out, 3)
  expect(out.subarray(3, -1)).toEqual(Buffer.from(writeFields(raw, [2000]).fields[0]!))
  expect([...out.subarray(0, 3), out.at(-1)]).toEqual([7, 7, 7, 7])
})
