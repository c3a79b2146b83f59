import { describe, expect, it, test } from 'vitest'
import { readSmbios } from '../../../src/agent/inventory/smbios-facts.ts'
import { readStructures } from '../../../src/agent/inventory/smbios-table.ts'
import { MemoryModule } from '../../../src/domain/inventory.ts'
import { mutate, seeded } from '../../seeded.ts'
import { QEMU_SMBIOS } from './smbios-sample.ts'

/** A structure with bytes at offsets, of `length` bytes with its header. */
function structure(
  type: number,
  length: number,
  fields: Record<number, number | number[]>,
  strings: string[] = [],
): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.set([type, length, 1, 0])
  for (const [offset, value] of Object.entries(fields)) bytes.set([value].flat(), Number(offset))
  const texts = strings.length === 0 ? '\0\0' : `${strings.join('\0')}\0\0`
  return Buffer.concat([bytes, Buffer.from(texts, 'latin1')])
}
const word = (value: number): number[] => [value & 0xff, value >> 8]
const dword = (value: number): number[] => [...word(value & 0xffff), ...word(value >>> 16)]

const BOARD = structure(2, 8, { 4: 1, 5: 2, 7: 3 }, ['Dell Inc.', '0WPW5R', '..CN7'])
const CPU = structure(
  ...([4, 0x30] as const),
  { 4: 1, 16: 2, 24: 0x41, 35: 0xff, 37: 0xff, 42: word(256), 46: word(512) },
  ['CPU1', 'EPYC 9754'],
)
const DIMM = structure(
  ...([17, 0x28] as const),
  { 12: word(0x7fff), 16: 1, 21: word(3200), 23: 2, 24: 3, 26: 4, 28: dword(65_536), 32: word(2933) },
  ['A1', 'Hynix', '8F21', 'HMAA8GR7'],
)
const END = structure(127, 4, {})

describe('the SMBIOS table', () => {
  it('tells board, processors, memory and whether there is a BMC', () => {
    const table = Buffer.concat([BOARD, CPU, DIMM, structure(38, 0x12, {}), END])
    expect(readSmbios(table)).toEqual({
      board: { vendor: 'Dell Inc.', product: '0WPW5R', serial: '..CN7' },
      processors: [{ socket: 'CPU1', model: 'EPYC 9754', cores: 256, threads: 512 }],
      memory: [{ slot: 'A1', bytes: 64 * 2 ** 30, speed: 2933, vendor: 'Hynix', serial: '8F21', part: 'HMAA8GR7' }],
      hasBmc: true,
    })
  })

  test.each<[string, number[], number | undefined]>([
    ['MiB', word(16_384), 16 * 2 ** 30],
    ['KiB', word(0x8000 | 512), 512 * 1024],
    ['nothing: the slot is empty', word(0), undefined],
    ['what nobody knows', word(0xffff), undefined],
  ])('tells a size in %s', (_what, size, bytes) => {
    const { memory } = readSmbios(structure(17, 0x15, { 12: size }))
    expect(memory[0]?.bytes).toBe(bytes)
  })

  it('leaves out empty sockets, place holders, and what an old firmware has no field for', () => {
    const table = Buffer.concat([
      structure(4, 0x1a, { 4: 1, 24: 0 }, ['CPU2']),
      structure(2, 8, { 4: 1, 7: 9 }, ['To Be Filled By O.E.M.']),
      structure(4, 0x1a, { 4: 1, 24: 0x41 }, ['CPU1']),
    ])
    expect(readSmbios(table)).toEqual({ memory: [], processors: [{ socket: 'CPU1' }], hasBmc: false })
  })
})

it('reads the table of a machine of QEMU', () => {
  const socket = { model: 'Sample Processor 9000', cores: 2, threads: 4 }
  const module = { speed: 2933, vendor: 'Sample Memory', part: 'SM-16G-2933', serial: 'MEM-1' }
  expect(readSmbios(QEMU_SMBIOS)).toEqual({
    board: { vendor: 'Sample Boards', product: 'SB-12', version: 'rev 3', serial: 'SB12-99' },
    processors: [
      { socket: 'CPU 0', ...socket },
      { socket: 'CPU 1', ...socket },
    ],
    memory: [
      { slot: 'DIMM_ 0', bytes: 16 * 2 ** 30, ...module },
      { slot: 'DIMM_ 1', bytes: 4 * 2 ** 30, ...module },
    ],
    hasBmc: true,
  })
})

it('tells the speed that a module could have, where it is not told at which it runs', () =>
  expect(readSmbios(structure(17, 0x22, { 12: word(512), 21: word(1600) })).memory[0]?.speed).toBe(1600))

it.each([38, 42])('knows a BMC by a structure of type %i', (type) =>
  expect(readSmbios(structure(type, 0x12, {})).hasBmc).toBe(true),
)

describe('a table that is not as it should be', () => {
  const whole = Buffer.concat([BOARD, CPU, DIMM, END])

  it('tells what is whole in it, wherever it is cut', () => {
    for (let length = 0; length <= whole.length; length += 1) {
      const found = readStructures(whole.subarray(0, length))
      expect(found.length).toBeLessThanOrEqual(4)
      for (const { bytes } of found) expect(bytes.length).toBeGreaterThanOrEqual(4)
    }
    expect(readStructures(whole)).toHaveLength(4)
  })

  it('is read to an end, whatever its bytes are', () => {
    const random = seeded(6)
    for (let round = 0; round < 300; round += 1) {
      const bytes = Buffer.from(Array.from({ length: random.below(600) }, () => random.below(256)))
      expect(() => readSmbios(bytes)).not.toThrow()
    }
    expect(readStructures(Buffer.alloc(100_000, 4))).toHaveLength(1)
    expect(readStructures(Buffer.alloc(10_000))).toEqual([])
  })

  it('tells bounded memory, wherever it is cut and whatever 2,000 changes make of it', () => {
    const random = seeded(17)
    const cut = Array.from(QEMU_SMBIOS, (_byte, length) => QEMU_SMBIOS.subarray(0, length))
    const changed = Array.from({ length: 2000 }, () => mutate(random, QEMU_SMBIOS))
    for (const table of [...cut, ...changed])
      for (const module of readSmbios(table).memory) expect(MemoryModule.safeParse(module).error).toBeUndefined()
  })

  it('has strings of at most 256 letters', () => {
    const [found] = readStructures(structure(2, 8, { 4: 1 }, ['x'.repeat(5000)]))
    expect(found?.strings[0]).toHaveLength(256)
  })
})
