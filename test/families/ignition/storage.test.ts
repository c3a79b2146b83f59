import { describe, expect, it, test } from 'vitest'
import { escapePath, ignitionStorage } from '../../../src/families/ignition/storage.ts'
import { SYSTEMS } from '../../../src/families/ignition/systems.ts'
import { ignition } from '../../../src/families/ignition.ts'
import { FAMILY_CASES, type FamilyCase, renderFamily, valuesOf } from '../family-cases.ts'

const disk = (name: string, port: number) => ({
  ...{
    name,
    bytes: 64 * 1024 ** 3,
    serial: name,
    byPath: `pci-${port}`,
    rotational: false,
    removable: false,
    readOnly: false,
  },
})
const bios = { name: 'bios', size: '1 MiB', use: { as: 'biosBoot' } }
const fileSystem = (name: string, mount: string, size = 'rest', more: object = {}) => ({
  ...{ name, size, use: { as: 'fileSystem', fileSystem: 'xfs', mount, ...more } },
})
const raid = (name: string) => ({ name, size: 'rest', use: { as: 'raid', array: 'data' } })
const layout = (install: object[], more: object = {}, others: object[] = []): FamilyCase => ({
  profile: {
    installDisk: { by: 'path', path: 'pci-1' },
    storage: { firmware: ['bios'], disks: [{ name: 'install', partitions: [bios, ...install] }, ...others], ...more },
  },
  inventory: { disks: [disk('sda', 1), disk('sdb', 2), disk('sdc', 3)] },
})
const second = { name: 'second', pick: { by: 'path', path: 'pci-2' } }
const third = { name: 'third', pick: { by: 'path', path: 'pci-3' } }
const valuesFor = (given: FamilyCase, release = 'fedora-coreos-stable') => valuesOf(given, ignition, release)
const told = (given: FamilyCase, kind: 'coreos' | 'flatcar' = 'coreos') =>
  ignitionStorage(valuesFor(given).storage, SYSTEMS[kind].root)

const mirrored = layout(
  [
    fileSystem('root', '/', '16 GiB'),
    { name: 'swap', size: '1 GiB', use: { as: 'swap' } },
    fileSystem('home', '/var/home'),
  ],
  {
    raid1: [
      { name: 'data', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/var/lib/my-data', options: ['noatime'] } },
    ],
  },
  [
    { ...second, partitions: [raid('data-a')] },
    { ...third, partitions: [raid('data-b')] },
  ],
)

describe('a layout in Ignition’s words', () => {
  it('leaves the image’s disk alone where root takes all of it', () =>
    expect(told(layout([fileSystem('root', '/')]))).toEqual({ disks: [], raid: [], fileSystems: [], units: [] }))

  it('puts partitions behind a root of fixed size, and arrays on other disks', () => {
    const { disks, raid: arrays, fileSystems, units } = told(mirrored)
    expect(disks[0]).toEqual({
      ...{ device: '/dev/disk/by-path/pci-1', wipeTable: false },
      partitions: [
        { label: 'root', number: 4, sizeMiB: 16_384, resize: true },
        { label: 'swap', number: 5, sizeMiB: 1024 },
        { label: 'home', number: 6, sizeMiB: 0 },
      ],
    })
    expect(arrays).toEqual([
      { name: 'data', level: 'raid1', devices: ['data-a', 'data-b'].map((one) => `/dev/disk/by-partlabel/${one}`) },
    ])
    expect(fileSystems).toContainEqual({
      ...{
        device: '/dev/md/data',
        format: 'ext4',
        wipeFilesystem: true,
        path: '/var/lib/my-data',
        mountOptions: ['noatime'],
      },
    })
    expect(units.map(({ name }) => name)).toEqual([
      ...['dev-disk-by\\x2dpartlabel-swap.swap', 'var-home.mount', 'var-lib-my\\x2ddata.mount'],
    ])
  })

  it('is judged well', async () => {
    const release = 'fedora-coreos-stable'
    expect(await ignition.judge(renderFamily(ignition, valuesFor(mirrored), release), release)).toEqual([])
  })

  test.each<[string, FamilyCase, RegExp, ('coreos' | 'flatcar')?]>([
    [
      'a /boot of its own',
      layout([fileSystem('boot', '/boot', '1 GiB', { fileSystem: 'ext4' }), fileSystem('root', '/')]),
      /^storage\.disks\.install: expected no \/boot/,
    ],
    [
      'encryption',
      layout([
        fileSystem('root', '/', '8 GiB'),
        fileSystem('data', '/var/data', 'rest', { encryption: { secret: 'x' } }),
      ]),
      /^storage data\.encryption: expected none/,
    ],
    [
      'root on an array',
      layout([raid('data-a')], { raid1: [{ name: 'data', use: fileSystem('', '/').use }] }, [
        { ...second, partitions: [raid('data-b')] },
      ]),
      /^storage\.raid1\.data: expected neither/,
    ],
    [
      'root before a partition that follows',
      layout([fileSystem('data', '/var/data', '1 GiB'), fileSystem('root', '/')]),
      /^storage\.disks\.install: expected data behind root/,
    ],
    [
      'a partition behind Flatcar’s root',
      layout([fileSystem('root', '/', '8 GiB'), fileSystem('data', '/var/data')]),
      /^storage\.disks\.install: expected a root that takes the rest/,
      'flatcar',
    ],
  ])('refuses %s', (_name, given, says, kind) => expect(() => told(given, kind)).toThrow(says))
})

test.each([
  ['/var/lib/my-data', 'var-lib-my\\x2ddata'],
  ['/.hidden', '\\x2ehidden'],
])('the unit of %s is called %s', (path, name) => expect(escapePath(path)).toBe(name))

const files = (release: string) =>
  (
    JSON.parse(renderFamily(ignition, valuesFor(FAMILY_CASES.network!, release), release)[0]!.text) as {
      storage: { files: { path: string; mode: number; contents: { source: string } }[] }
    }
  ).storage.files
const textOf = (all: ReturnType<typeof files>, path: string) =>
  decodeURIComponent(all.find((one) => one.path === path)!.contents.source.replace('data:,', ''))

test('Fedora CoreOS gets its links from NetworkManager, in files that nobody else reads', () => {
  const all = files('fedora-coreos-stable')
  const folder = '/etc/NetworkManager/system-connections'
  expect(textOf(all, `${folder}/servers.nmconnection`)).toContain('[vlan]\nid=42\nparent=bond0\n')
  expect(textOf(all, `${folder}/servers.nmconnection`)).toContain('address1=192.0.2.10/24,192.0.2.1\n')
  expect(textOf(all, `${folder}/lan1.nmconnection`)).toContain('master=bond0\nslave-type=bond\n')
  expect(all.filter(({ path }) => path.startsWith(folder)).map(({ mode }) => mode)).toEqual([
    0o600, 0o600, 0o600, 0o600,
  ])
})

test('Flatcar gets its links from systemd-networkd', () => {
  const all = files('flatcar-stable')
  expect(textOf(all, '/etc/systemd/network/10-bond0.network')).toContain('VLAN=servers\n')
  expect(textOf(all, '/etc/systemd/network/10-servers.netdev')).toContain('Kind=vlan\n\n[VLAN]\nId=42\n')
  expect(textOf(all, '/etc/systemd/network/10-servers.network')).toContain('Gateway=192.0.2.1\n')
})

test.each<[string, RegExp, (values: ReturnType<typeof valuesFor>) => void]>([
  ['a package of Flatcar', /^settings\.packages/, ({ settings }) => settings.packages.push('vim')],
  ['a mirror', /^settings\.mirror/, ({ settings }) => (settings.mirror = 'http://192.0.2.2/')],
  ['another language', /^settings\.language/, ({ settings }) => (settings.language = 'de_DE.UTF-8')],
])('%s is refused', (_name, says, change) => {
  const values = valuesFor(FAMILY_CASES.plain!, 'flatcar-stable')
  change(values)
  expect(() => renderFamily(ignition, values, 'flatcar-stable')).toThrow(says)
})
