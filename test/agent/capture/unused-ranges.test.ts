import { describe, expect, it, test } from 'vitest'
import { bytesOf, createBlanker, parseUsageMap } from '../../../src/agent/capture/unused-ranges.ts'

const MAP = `# Domain logfile created by unset_name v0.3.23
# Source: t.img
# Offset: 0x00100000
# current_pos  current_status
0x12D00000     ?
#      pos        size  status
0x00100000  0x00004000  +
0x00104000  0x00001000  ?
0x00105000  0x00000800  +
0x00105800  0x00002800  ?
`

it('reads what nothing uses out of a usage map', () => {
  expect(parseUsageMap(MAP, 0x100000)).toEqual([
    { offset: 0x4000, length: 0x1000 },
    { offset: 0x5800, length: 0x2800 },
  ])
  expect(parseUsageMap('', 0)).toEqual([])
})

describe('a blanker', () => {
  const unused = [
    { offset: 10, length: 10 },
    { offset: 30, length: 5 },
    { offset: 35, length: 5 },
  ]
  const { blank, isUnused } = createBlanker(unused)

  test.each<[number, number, string]>([
    [0, 10, '1111111111'],
    [5, 10, '1111100000'],
    [12, 4, '0000'],
    [15, 20, '00000111111111100000'],
    [28, 14, '11000000000011'],
    [40, 3, '111'],
  ])('makes the unused of the bytes from %i on zeros, %i of them', (offset, length, expected) => {
    const block = Buffer.alloc(length, 1)
    blank(block, offset)
    expect([...block].join('')).toBe(expected)
  })

  test.each<[number, number, boolean]>([
    [10, 10, true],
    [30, 10, true],
    [32, 6, true],
    [10, 11, false],
    [9, 2, false],
    [20, 10, false],
  ])('knows whether nothing uses the bytes from %i on, %i of them', (offset, length, expected) => {
    expect(isUnused(offset, length)).toBe(expected)
  })

  it('counts bytes', () => expect(bytesOf(unused)).toBe(20))
})
