import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { createExtentWalk, dataExtents } from '../../src/library/import/disk-extents.ts'
import { temporaryFolder } from './library-fixture.ts'

const MIB = 1024 * 1024

it('finds the written parts of a sparse file', async () => {
  const path = join(temporaryFolder(), 'sparse')
  const file = await open(path, 'w')
  await file.truncate(64 * MIB)
  await file.write(Buffer.alloc(MIB, 1), 0, MIB, 8 * MIB)
  await file.write(Buffer.alloc(MIB, 1), 0, MIB, 63 * MIB)
  await file.close()
  const touches = createExtentWalk(await dataExtents(path, 64 * MIB))
  const touched = Array.from({ length: 64 }, (_, mib) => mib).filter((mib) => touches(mib * MIB, MIB))
  // A file system may keep more than was written, never less.
  expect(touched).toEqual(expect.arrayContaining([8, 63]))
  expect(touched.length).toBeLessThan(32)
})

it('takes the whole of a file that nothing can tell about', async () => {
  expect(await dataExtents('/nothing/here', 1000)).toEqual([{ start: 0, length: 1000 }])
})

test.each([
  ['before', 0, 10, false],
  ['touching its first byte', 0, 11, true],
  ['inside', 12, 1, true],
  ['its last byte', 19, 5, true],
  ['after', 20, 10, false],
])('a range %s of an extent', (_, offset, length, expected) => {
  expect(createExtentWalk([{ start: 10, length: 10 }])(offset, length)).toBe(expected)
})

it('walks several extents in order, two of them in one range', () => {
  const touches = createExtentWalk([
    { start: 0, length: 1 },
    { start: 5, length: 1 },
    { start: 30, length: 5 },
  ])
  expect([0, 10, 20, 30, 40].map((offset) => touches(offset, 10))).toEqual([true, false, false, true, false])
})
