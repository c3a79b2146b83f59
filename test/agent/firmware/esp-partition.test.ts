import { expect, it, test } from 'vitest'
import { espPartition } from '../../../src/agent/firmware/esp-partition.ts'

const ESP = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b'
const ROOT = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
const table = (...partitions: [string, string][]): string =>
  JSON.stringify({ partitiontable: { label: 'gpt', partitions: partitions.map(([node, type]) => ({ node, type })) } })

test.each<[string, string, [string, string][], number]>([
  [
    'in order',
    '/dev/vda',
    [
      ['/dev/vda1', ROOT],
      ['/dev/vda2', ESP],
    ],
    2,
  ],
  [
    'with gaps, as Debian’s cloud images have them',
    '/dev/sda',
    [
      ['/dev/sda1', ROOT],
      ['/dev/sda14', ROOT],
      ['/dev/sda15', ESP],
    ],
    15,
  ],
  ['on a disk whose name ends in a digit', '/dev/nvme0n1', [['/dev/nvme0n1p1', ESP]], 1],
])('finds the EFI system partition %s', (_title, disk, partitions, number) =>
  expect(espPartition(table(...partitions), disk)).toBe(number),
)

it('says that there is none', () =>
  expect(() => espPartition(table(['/dev/vda1', ROOT]), '/dev/vda')).toThrow(
    'expected an EFI system partition on /dev/vda, got none',
  ))
