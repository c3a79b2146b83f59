import { expect, it, test } from 'vitest'
import { planStorage, sizeInBytes } from '../../../src/domain/storage/plan-storage.ts'
import { StorageLayout } from '../../../src/domain/storage/storage-layout.ts'
import { seeded } from '../../seeded.ts'
import { LVM_ON_RAID, PLAIN } from './layout-samples.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const plain = StorageLayout.parse(PLAIN)
const mirrored = StorageLayout.parse(LVM_ON_RAID)

it('lays partitions one behind the other, aligned to a MiB, with room for both tables', () => {
  const [disk] = planStorage(plain, { install: 10 * GIB }).disks
  expect(
    disk!.partitions.map(({ name, number, startBytes, bytes }) => [name, number, startBytes / MIB, bytes / MIB]),
  ).toEqual([
    ['efi', 1, 1, 512],
    ['bios', 2, 513, 1],
    ['root', 3, 514, 10 * 1024 - 2 - 513],
  ])
})

it('takes what the smaller member of an array holds, less the header, and divides it in whole extents', () => {
  const plan = planStorage(mirrored, { install: 480_103_981_056, mirror: 500_107_862_016 })
  const [boot, system] = plan.raid1
  const smaller = plan.disks[0]!.partitions[2]!.bytes
  expect(boot).toMatchObject({ members: ['boot-install', 'boot-mirror'], bytes: GIB - 2 * MIB })
  expect(system!.bytes).toBe(smaller - 129 * MIB)
  const [group] = plan.volumeGroups
  expect(group!.members).toEqual(['system'])
  expect(group!.bytes).toBeLessThanOrEqual(system!.bytes - 16 * MIB - MIB)
  expect(group!.volumes.map(({ name, bytes }) => [name, bytes / GIB]).slice(0, 2)).toEqual([
    ['root', 40],
    ['swap', 8],
  ])
  expect(group!.volumes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(group!.bytes)
})

test.each([
  [
    'a disk too small for what is fixed',
    { install: 400 * MIB },
    'disk.too_small',
    /on the disk install, got 417333248/,
  ],
  ['a rest that is worth nothing', { install: 530 * MIB }, 'disk.too_small', /efi, bios, root on the disk install/],
  ['a disk that is not there', {}, 'disk.none', /the disk install/],
])('refuses %s', (_what, disks, code, message) => {
  expect(() => planStorage(plain, disks)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  )
})

it('refuses a group whose volumes do not fit', () => {
  expect(() => planStorage(mirrored, { install: 40 * GIB, mirror: 40 * GIB })).toThrow(/on the volume group vg0/)
})

it('never overlaps, never leaves a disk and never loses a MiB, whatever the size', () => {
  const random = seeded(11)
  for (let times = 0; times < 500; times++) {
    const bytes = GIB + random.below(2 ** 31) * 512
    const parts = planStorage(plain, { install: bytes }).disks[0]!.partitions
    for (const [at, part] of parts.entries()) {
      expect([part.startBytes % MIB, part.bytes % MIB]).toEqual([0, 0])
      expect(part.startBytes).toBe(at === 0 ? MIB : parts[at - 1]!.startBytes + parts[at - 1]!.bytes)
    }
    const end = parts.at(-1)!.startBytes + parts.at(-1)!.bytes
    expect(bytes - end).toBeGreaterThanOrEqual(MIB)
    expect(bytes - end).toBeLessThan(2 * MIB)
  }
})

test.each([
  ['1 MiB', MIB],
  ['40 GiB', 40 * GIB],
  ['2 TiB', 2048 * GIB],
])('%s is %d bytes', (size, bytes) => expect(sizeInBytes(size)).toBe(bytes))
