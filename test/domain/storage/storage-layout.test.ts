import { expect, it, test } from 'vitest'
import { StorageLayout } from '../../../src/domain/storage/storage-layout.ts'
import { LVM_ON_RAID, PLAIN } from './layout-samples.ts'

type Sample = typeof PLAIN
const disk = (more: object, ...partitions: object[]) => ({ ...PLAIN.disks[0], ...more, partitions })
const root = { name: 'root', size: 'rest', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/' } }
const [esp, bios] = PLAIN.disks[0]!.partitions as [Sample['disks'][0]['partitions'][0], object]
const part = (name: string, use: object, size = '1 GiB') => ({ name, size, use })
const second = (...partitions: object[]) => ({ name: 'data', pick: { by: 'path', path: 'pci-2' }, partitions })
const fileSystem = (mount: string, more: object = {}) => ({ as: 'fileSystem', fileSystem: 'xfs', mount, ...more })

/** Every problem as `field: message`. */
const problems = (layout: unknown): string[] =>
  (StorageLayout.safeParse(layout).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)

it.each([
  ['plain partitions', PLAIN],
  ['LVM on an array with encryption', LVM_ON_RAID],
])('takes %s', (_what, layout) => expect(problems(layout)).toEqual([]))

test.each<[string, unknown, string]>([
  [
    'a size without a unit',
    { disks: [disk({}, esp, bios, { ...root, size: '40' })] },
    'disks.0.partitions.2.size: expected a size like',
  ],
  ['an unknown field', { disks: [disk({ colour: 'red' }, esp, bios, root)] }, 'disks.0: Unrecognized key'],
  [
    'two rests',
    { disks: [disk({}, esp, bios, root, { ...part('home', fileSystem('/home')), size: 'rest' })] },
    'disks.0.partitions.3.size: expected one rest',
  ],
  [
    'two of one name',
    { disks: [disk({}, esp, bios, root, part('root', fileSystem('/home')))] },
    'disks.0.partitions.3.name: expected a name of its own',
  ],
  [
    'two at one mount point',
    { disks: [disk({}, esp, bios, root, part('again', fileSystem('/')))] },
    'disks.0.partitions.3.use.mount: expected a mount point of its own',
  ],
  [
    'a way out of a mount point',
    { disks: [disk({}, esp, bios, root, part('home', fileSystem('/a/../b')))] },
    'disks.0.partitions.3.use.mount: expected a path without',
  ],
  [
    'no root',
    { disks: [disk({}, esp, bios, part('home', fileSystem('/home')))] },
    'disks: expected a file system that is mounted at /',
  ],
  [
    'a root of FAT',
    { disks: [disk({}, esp, bios, { ...root, use: { ...root.use, fileSystem: 'vfat' } })] },
    'disks.0.partitions.2.use.fileSystem: ',
  ],
  ['no ESP under UEFI', { disks: [disk({}, bios, root)] }, 'disks.0.partitions: expected a partition used as esp'],
  [
    'no BIOS boot partition under BIOS',
    { disks: [disk({}, esp, root)] },
    'disks.0.partitions: expected a partition used as biosBoot',
  ],
  ['no disk install', { disks: [second(esp, bios, root)] }, 'disks: expected a disk install'],
  [
    'a second disk that nothing picks',
    { disks: [disk({}, esp, bios, root), { ...second(part('x', fileSystem('/x'))), pick: undefined }] },
    'disks.1.pick: expected a rule',
  ],
  [
    'a second rule for the install disk',
    { disks: [disk({ pick: { by: 'only' } }, esp, bios, root)] },
    'disks.0.pick: expected none',
  ],
  [
    'a member of no array',
    { disks: [disk({}, esp, bios, root, part('m', { as: 'raid', array: 'md' }))] },
    'disks.0.partitions.3.use.array: expected an array',
  ],
  [
    'an array of one',
    {
      disks: [disk({}, esp, bios, root, part('m', { as: 'raid', array: 'md' }))],
      raid1: [{ name: 'md', use: fileSystem('/x') }],
    },
    'raid1.0: expected two members',
  ],
  [
    'members of two sizes',
    {
      disks: [
        disk({}, esp, bios, root, part('m', { as: 'raid', array: 'md' })),
        second(part('n', { as: 'raid', array: 'md' }, '2 GiB')),
      ],
      raid1: [{ name: 'md', use: fileSystem('/x') }],
    },
    'disks.1.partitions.0.size: expected 1 GiB as of m',
  ],
  [
    'members on one disk',
    {
      disks: [
        disk({}, esp, bios, root, part('m', { as: 'raid', array: 'md' }), part('n', { as: 'raid', array: 'md' })),
      ],
      raid1: [{ name: 'md', use: fileSystem('/x') }],
    },
    'disks.0.partitions.4.use.array: expected members of md on disks of their own',
  ],
  [
    'a member of no group',
    { disks: [disk({}, esp, bios, root, part('m', { as: 'lvm', group: 'vg' }))] },
    'disks.0.partitions.3.use.group: expected a group',
  ],
  [
    'a group without a member',
    { disks: [disk({}, esp, bios, root)], volumeGroups: [{ name: 'vg', volumes: [part('v', fileSystem('/v'))] }] },
    'volumeGroups.0: expected a member',
  ],
  [
    'an encrypted /boot',
    { disks: [disk({}, esp, bios, { ...root, use: { ...root.use, encryption: { secret: 's' } } })] },
    'disks.0.partitions.2.use: expected /boot outside',
  ],
  [
    'a secret instead of its name',
    { disks: [disk({}, esp, bios, root, part('s', { as: 'swap', encryption: { secret: 'Hunter 2!' } }))] },
    'disks.0.partitions.3.use.encryption.secret: expected the name of a secret',
  ],
])('refuses %s and names the field', (_what, layout, expected) => {
  expect(problems(layout).filter((problem) => problem.startsWith(expected))).toHaveLength(1)
})
