import { describe, expect, it, test } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { interfaceLines } from '../../../src/families/preseed/interfaces.ts'
import { partmanOf } from '../../../src/families/preseed/recipes.ts'
import { preseed } from '../../../src/families/preseed.ts'
import { FAMILY_CASES, renderFamily, valuesOf } from '../family-cases.ts'

const GIB = 1024 ** 3
const storageOf = (storage: object) =>
  valuesOf(
    {
      profile: { installDisk: { by: 'path', path: 'pci-1' }, storage },
      inventory: {
        disks: ['sda', 'sdb'].map((name, at) => ({
          ...{ name, bytes: 20 * GIB, byPath: `pci-${at + 1}`, serial: name },
          ...{ rotational: false, removable: false, readOnly: false },
        })),
      },
    },
    preseed,
    'debian-12',
  ).storage

const bios = { name: 'bios', size: '1 MiB', use: { as: 'biosBoot' } }
const boot = { name: 'boot', size: '1 GiB', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/boot' } }
const root = (more: object = {}) => ({
  ...{ name: 'root', size: 'rest', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/', ...more } },
})
const lvm = (name: string, group: string, size = 'rest') => ({ name, size, use: { as: 'lvm', group } })
const raid = (name: string, size = 'rest') => ({ name, size, use: { as: 'raid', array: 'md0' } })
const second = { name: 'second', pick: { by: 'path', path: 'pci-2' } }
const encryption = { secret: 'disk' }
const layout = (partitions: object[], more: object = {}, others: object[] = []) => ({
  ...{ firmware: ['bios'], disks: [{ name: 'install', partitions: [bios, ...partitions] }, ...others], ...more },
})
const group = (name: string, ...volumes: object[]) => ({ name, volumes })
const md0 = (use: object = root().use) => ({ raid1: [{ name: 'md0', use }] })

describe('partman’s recipes', () => {
  it('put members of groups on the disks that the layout says', () => {
    const { recipe, method } = partmanOf(
      storageOf(
        layout(
          [boot, lvm('a', 'vg0')],
          {
            volumeGroups: [
              group('vg0', root()),
              group('vg1', { ...root(), name: 'data', use: { ...root().use, mount: '/data' } }),
            ],
          },
          [{ ...second, partitions: [lvm('b', 'vg1')] }],
        ),
      ),
    )
    expect(method).toBe('lvm')
    expect(recipe).toContain('method{ lvm } device{ /dev/sda } vg_name{ vg0 } .')
    expect(recipe).toContain('method{ lvm } device{ /dev/sdb } vg_name{ vg1 } .')
    expect(recipe).toContain('$lvmok{ } in_vg{ vg1 } lv_name{ data } method{ format }')
  })

  test.each<[string, object, RegExp]>([
    [
      'a second disk without RAID',
      layout([root()], {}, [
        { ...second, partitions: [{ ...root(), name: 'data', use: { ...root().use, mount: '/data' } }] },
      ]),
      /^storage\.disks: expected one disk/,
    ],
    [
      'a disk that is not filled',
      layout([{ ...root(), size: '4 GiB' }]),
      /^storage\.disks\.install: expected a partition with the size rest/,
    ],
    [
      'an encrypted file system',
      layout([boot, root({ encryption })]),
      /^storage root\.encryption: expected it on one member/,
    ],
    [
      'encryption over RAID',
      layout(
        [boot, raid('a')],
        {
          raid1: [{ name: 'md0', use: { as: 'lvm', group: 'vg0', encryption } }],
          volumeGroups: [group('vg0', root())],
        },
        [
          {
            ...second,
            partitions: [boot, raid('b')].map((one) =>
              one === boot ? { ...boot, name: 'x', use: { ...boot.use, mount: '/x' } } : one,
            ),
          },
        ],
      ),
      /^storage md0\.encryption: expected none beside RAID/,
    ],
    [
      'options of an array',
      layout([raid('a')], md0({ ...root().use, options: ['noatime'] }), [{ ...second, partitions: [raid('b')] }]),
      /^storage\.raid1\.md0\.use: expected no options/,
    ],
    [
      'disks of an array that differ',
      layout([raid('a', '4 GiB'), { name: 'swap', size: 'rest', use: { as: 'swap' } }], md0(), [
        { ...second, partitions: [raid('b', '4 GiB')] },
      ]),
      /^storage\.disks\.install: expected arrays, esp and biosBoot only/,
    ],
    [
      'a member that is not the last',
      layout([boot, lvm('a', 'vg0', '4 GiB'), { name: 'swap', size: 'rest', use: { as: 'swap' } }], {
        volumeGroups: [group('vg0', root())],
      }),
      /^storage\.disks\.install: expected one member of a volume group, the last/,
    ],
  ])('refuse %s', (_name, storage, says) => {
    expect(() => partmanOf(storageOf(storage))).toThrow(AppError)
    expect(() => partmanOf(storageOf(storage))).toThrow(says)
  })
})

const values = () => valuesOf(FAMILY_CASES.plain!, preseed, 'debian-12')

test('the installer writes the interfaces of a single card itself', () =>
  expect(interfaceLines(values().network)).toEqual([]))

test('a card with its own address has it before anything is fetched', () => {
  const given = values()
  given.network.cards[0]!.dhcp = false
  given.network.cards[0]!.static = {
    ...{ address: '192.0.2.9', prefix: 24, netmask: '255.255.255.0', gateway: null, dns: [], search: [] },
  }
  const told = preseed.kernelArguments(given, preseed.options.parse({}), 'debian-12')
  expect(told).toContain('netcfg/get_ipaddress=192.0.2.9')
  expect(told).toContain('netcfg/get_gateway=none')
  expect(told).toContain('BOOTIF=01-52-54-00-12-34-56')
})

test.each<[string, RegExp, (given: ReturnType<typeof values>) => void]>([
  ['the name of an RPM group', /^settings\.packages/, ({ settings }) => settings.packages.push('@core')],
  ['a colon in a full name', /^settings\.users\.fullName/, ({ settings }) => (settings.users[0]!.fullName = 'a:b')],
  ['a login in the mirror', /^settings\.mirror/, ({ settings }) => (settings.mirror = 'http://a:b@192.0.2.2/debian')],
])('%s is refused', (_name, says, change) => {
  const given = values()
  change(given)
  expect(() => renderFamily(preseed, given, 'debian-12')).toThrow(says)
})

test('a mirror of one’s own goes without Debian’s security updates, unless they are said', () => {
  const given = values()
  given.settings.mirror = 'http://192.0.2.2:8081/cache/debian/'
  const [one] = renderFamily(preseed, given, 'debian-12')
  expect(one!.text).toContain(
    'mirror/http/hostname string 192.0.2.2:8081\nd-i mirror/http/directory string /cache/debian\n',
  )
  expect(one!.text).toContain('apt-setup/services-select multiselect updates\n')
  const [other] = renderFamily(preseed, given, 'debian-12', { securityMirror: 'http://192.0.2.2/debian-security' })
  expect(other!.text).toContain('multiselect security, updates\nd-i apt-setup/security_host string 192.0.2.2\n')
})
