import { expect, test } from 'vitest'
import { statedDiskBytes, untoldPartitions } from '../../src/image/partition-table.ts'

const MIB = 1024 * 1024

/** The first 1024 bytes of a disk with one MBR partition, and a GPT whose backup is at `alternate` if given. */
function head(type: number, start: number, count: number, alternate?: number): Buffer {
  const bytes = Buffer.alloc(1024)
  bytes.writeUInt8(type, 450)
  bytes.writeUInt32LE(start, 454)
  bytes.writeUInt32LE(count, 458)
  bytes.writeUInt16LE(0xaa55, 510)
  if (alternate === undefined) return bytes
  bytes.write('EFI PART', 512, 'latin1')
  bytes.writeBigUInt64LE(BigInt(alternate), 544)
  return bytes
}

test.each([
  ['a GPT: up to its backup', head(0xee, 1, 0xffffffff, 2047), MIB],
  ['an MBR: the end of its last partition', head(0x83, 1024, 1024), MIB],
  ['a protective MBR without GPT', head(0xee, 1, 0xffffffff), undefined],
  ['an empty table', head(0, 0, 0), undefined],
  ['zeros', Buffer.alloc(1024), undefined],
  ['a stub', Buffer.alloc(100), undefined],
])('reads the size that a disk needs from %s', (_, bytes, expected) => expect(statedDiskBytes(bytes)).toBe(expected))

test.each([
  ['a GPT', head(0xee, 1, 0xffffffff, 2047), undefined],
  ['an MBR', head(0x83, 1024, 1024), undefined],
  ['no table', Buffer.alloc(1024), undefined],
  ['an MBR with a partition behind the end', head(0x83, 1024, 9999), 'a partition that ends behind the disk'],
  ['an MBR with partitions in one place', overlapping(), 'partitions that overlap'],
  ['a GPT of larger sectors', head(0xee, 1, 0xffffffff), 'a GPT of sectors that are not 512 bytes'],
  ['an MBR with logical partitions', head(0x05, 1024, 1024), 'an extended partition'],
  ['an MBR with logical partitions in LBA', head(0x0f, 1024, 1024), 'an extended partition'],
])('knows whether it tells all partitions of %s', (_, bytes, expected) =>
  expect(untoldPartitions(bytes, MIB)).toBe(expected),
)

function overlapping(): Buffer {
  const bytes = head(0x83, 1024, 512)
  return bytes.fill(head(0x83, 1200, 512).subarray(446, 462), 462, 478)
}
