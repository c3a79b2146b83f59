import { describe, expect, it, test } from 'vitest'
import { storageActions } from '../../../src/families/autoinstall/storage.ts'
import { StorageConfig } from '../../../src/families/autoinstall/storage-schema.ts'
import { autoinstall } from '../../../src/families/autoinstall.ts'
import { FAMILY_CASES, valuesOf } from '../family-cases.ts'

const values = (name = 'plain') => valuesOf(FAMILY_CASES[name]!, autoinstall, 'ubuntu-24.04')
const matchOf = (change: (disk: ReturnType<typeof values>['storage']['disks'][number]) => void) => {
  const given = values()
  change(given.storage.disks[0]!)
  return storageActions(given)[0]!.match
}

describe('a disk is found', () => {
  it('by its serial number, as udev writes it behind the maker’s name', () =>
    expect(matchOf((disk) => (disk.serial = ' WD 4711 '))).toEqual({ serial: '*WD_4711*' }))
  it('by its port where it has no serial number', () =>
    expect(matchOf((disk) => (disk.serial = null))).toEqual({ id_path: 'pci-0000:00:05.0' }))
  it('by its port where its serial number would be a pattern', () =>
    expect(matchOf((disk) => (disk.serial = 'A*'))).toEqual({ id_path: 'pci-0000:00:05.0' }))
  it('by its kernel name where there is nothing better', () =>
    expect(
      matchOf((disk) => {
        disk.serial = null
        disk.path = '/dev/vda'
      }),
    ).toEqual({ path: '/dev/vda' }))
})

test('what takes the rest but is not the last has the size that the layout worked out', () => {
  const given = values()
  const [disk] = given.storage.disks
  const root = disk!.partitions.at(-1)!
  disk!.partitions.push({
    ...root,
    name: 'swap',
    number: 9,
    rest: false,
    bytes: 1024 ** 3,
    use: { ...root.use, swap: true },
  })
  const sizes = storageActions(given).filter(({ type }) => type === 'partition')
  expect(sizes.map(({ id, size }) => [id, size])).toContainEqual(['root', root.bytes])
  expect(sizes.map(({ size }) => size)).not.toContain(-1)
})

test('a machine with UEFI starts from its ESP, one with a BIOS from its disk', () => {
  const boots = (name: string) =>
    storageActions(values(name)).flatMap(({ id, grub_device }) => (grub_device ? [id] : []))
  expect(boots('secure-boot')).toEqual(['esp'])
  expect(boots('plain')).toEqual(['install'])
})

const disk = { id: 'd', type: 'disk', match: {} }
const root = { id: 'p', type: 'partition', device: 'd', size: -1 }
const format = { id: 'f', type: 'format', volume: 'p', fstype: 'ext4' }
const mount = { id: 'm', type: 'mount', device: 'f', path: '/' }
test.each<[string, object[], RegExp]>([
  ['no root', [disk, root, format], /a mount at \//],
  ['a format before its volume', [disk, format, root, mount], /an action p before f, got none/],
  [
    'a key and a key file',
    [disk, root, { id: 'c', type: 'dm_crypt', volume: 'p', key: 'k', keyfile: '/k' }, format, mount],
    /either key or keyfile/,
  ],
  [
    'a RAID of one',
    [disk, root, { id: 'r', type: 'raid', name: 'r', raidlevel: 'raid1', devices: ['p'] }, format, mount],
    />=2/,
  ],
])('%s is told', (_name, actions, says) => {
  const { error } = StorageConfig.safeParse(actions)
  expect(error?.issues.map(({ message }) => message)).toContainEqual(expect.stringMatching(says))
})

test('actions in their order are well', () =>
  expect(StorageConfig.safeParse([disk, root, format, mount]).success).toBe(true))
