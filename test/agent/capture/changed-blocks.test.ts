import { expect, it, test } from 'vitest'
import { changesIn, readChangedBlocks } from '../../../src/agent/capture/changed-blocks.ts'

const SECTORS = 8
const BLOCK = SECTORS * 512
const ENTRIES = BLOCK / 16

/** A store of a snapshot with these pairs of blocks: of the disk, of the store. */
function storeOf(pairs: [disk: number, store: number][], { magic = 0x70416e53, valid = 1, version = 1 } = {}) {
  const areas = Math.floor(pairs.length / ENTRIES) + 1
  const store = Buffer.alloc((1 + areas * (ENTRIES + 1)) * BLOCK)
  for (const [index, value] of [magic, valid, version, SECTORS].entries()) store.writeUInt32LE(value, index * 4)
  for (const [index, [disk, place]] of pairs.entries()) {
    const at = (1 + Math.floor(index / ENTRIES) * (ENTRIES + 1)) * BLOCK + (index % ENTRIES) * 16
    store.writeBigUInt64LE(BigInt(disk), at)
    store.writeBigUInt64LE(BigInt(place), at + 8)
  }
  return async (offset: number, bytes: number): Promise<Buffer> => store.subarray(offset, offset + bytes)
}

it('tells where each changed block is kept', async () => {
  const changes = await readChangedBlocks(
    storeOf([
      [7, 2],
      [0, 3],
    ]),
  )
  expect(changes.blockBytes).toBe(BLOCK)
  expect([...changes.placeOf]).toEqual([
    [7 * BLOCK, 2 * BLOCK],
    [0, 3 * BLOCK],
  ])
})

test.each([0, 1, ENTRIES - 1, ENTRIES, ENTRIES + 1, 2 * ENTRIES])(
  'reads all of %i changes, over areas',
  async (count) => {
    const pairs = Array.from({ length: count }, (_, index): [number, number] => [index * 3, index + 2])
    expect((await readChangedBlocks(storeOf(pairs))).placeOf.size).toBe(count)
  },
)

test.each<[string, Parameters<typeof storeOf>[1], string]>([
  ['that the kernel gave up', { valid: 0 }, 'capture.too_many_changes'],
  ['of something else', { magic: 1 }, 'program.failed'],
  ['of another version', { version: 2 }, 'program.failed'],
])('refuses a store %s', async (_what, change, code) => {
  await expect(readChangedBlocks(storeOf([[1, 2]], change))).rejects.toMatchObject({ code })
})

it('finds the changes of a stretch of the disk', async () => {
  const changes = await readChangedBlocks(
    storeOf([
      [0, 2],
      [4, 3],
      [5, 4],
      [8, 5],
    ]),
  )
  const found = changesIn(changes, 4 * BLOCK, 4 * BLOCK)
  expect(found).toEqual([
    { offset: 4 * BLOCK, place: 3 * BLOCK },
    { offset: 5 * BLOCK, place: 4 * BLOCK },
  ])
})
