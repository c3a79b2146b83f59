import { expect, test } from 'vitest'
import { partitionPath } from '../../../src/agent/disk/grow-root.ts'
import { holeRuns } from '../../../src/agent/disk/hole-runs.ts'

const x = {}
test.each([
  ['no hole', [x, x], 20, []],
  ['one in the middle', [x, null, x], 30, [{ offset: 10, length: 10 }]],
  [
    'neighbours become one',
    [null, null, x, null],
    40,
    [
      { offset: 0, length: 20 },
      { offset: 30, length: 10 },
    ],
  ],
  ['the last one is short', [x, null], 15, [{ offset: 10, length: 5 }]],
])('%s', (_name, chunks, size, runs) => expect(holeRuns(chunks, 10, size)).toEqual(runs))

test.each([
  ['/dev/vda', '/dev/vda3'],
  ['/dev/nvme0n1', '/dev/nvme0n1p3'],
])('partition 3 of %s is %s', (disk, path) => expect(partitionPath(disk, 3)).toBe(path))
