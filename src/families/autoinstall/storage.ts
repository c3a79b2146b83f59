import type { InstallStorage, InstallUse, InstallValues } from '../../domain/install/install-values.ts'

/** One action of curtin's storage configuration, in the words of Subiquity. */
export type StorageAction = { id: string; type: string } & Record<string, unknown>
type Disk = InstallStorage['disks'][number]
type Sized = { name: string; bytes: number; rest: boolean; use: InstallUse }

const KEEP = { preserve: false } as const

/** A layout as the list of actions that makes it, in the order in which they are done. */
export function storageActions({ storage, machine }: InstallValues): StorageAction[] {
  const { disks, raid1, volumeGroups } = storage
  const holders = [...disks.flatMap(({ partitions }) => partitions), ...raid1]
  return [
    ...disks.map((disk) => diskAction(disk, machine.uefi)),
    ...disks.flatMap(({ name, partitions }) =>
      partitions.map((part, at) => ({
        ...{ id: part.name, type: 'partition', device: name, number: part.number },
        ...{
          size: sizeOf(part, at === partitions.length - 1),
          wipe: 'superblock',
          ...KEEP,
          ...flags(part.use, name, machine.uefi),
        },
      })),
    ),
    ...raid1.map(({ name, members }) => ({
      ...{ id: name, type: 'raid', name, raidlevel: 'raid1', devices: members, wipe: 'superblock', ...KEEP },
    })),
    ...holders.flatMap(opened),
    ...volumeGroups.flatMap(({ name, members, volumes }) => [
      { id: name, type: 'lvm_volgroup', name, devices: members.map((one) => holderOf(holders, one)), ...KEEP },
      ...volumes.map((volume, at) => ({
        ...{ id: volume.name, type: 'lvm_partition', name: volume.name, volgroup: name },
        ...{ size: sizeOf(volume, at === volumes.length - 1), wipe: 'superblock', ...KEEP },
      })),
      ...volumes.flatMap(opened),
    ]),
    ...[...holders, ...volumeGroups.flatMap(({ volumes }) => volumes)].flatMap(contents),
  ]
}

const sizeOf = ({ bytes, rest }: Sized, isLast: boolean): number => (rest && isLast ? -1 : bytes)

/** udev puts the maker's name before a serial number, and underscores where it has blanks. */
function diskAction({ name, serial, path }: Disk, uefi: boolean): StorageAction {
  const own = serial?.trim().replaceAll(/\s+/g, '_')
  const port = /^\/dev\/disk\/by-path\/(.+)$/.exec(path)?.[1]
  const match = own && !/[[\]*?]/.test(own) ? { serial: `*${own}*` } : port ? { id_path: port } : { path }
  const boots = name === 'install' && !uefi
  return { id: name, type: 'disk', ptable: 'gpt', wipe: 'superblock-recursive', ...KEEP, grub_device: boots, match }
}

const flags = ({ esp, biosBoot }: InstallUse, disk: string, uefi: boolean) => ({
  ...(esp && { flag: 'boot', grub_device: uefi && disk === 'install' }),
  ...(biosBoot && { flag: 'bios_grub' }),
})

const openedName = (name: string): string => `${name}-crypt`
const opened = ({ name, use }: { name: string; use: InstallUse }): StorageAction[] =>
  use.passphrase
    ? [
        {
          id: openedName(name),
          type: 'dm_crypt',
          volume: name,
          dm_name: openedName(name),
          key: use.passphrase,
          ...KEEP,
        },
      ]
    : []
const holderOf = (all: readonly { name: string; use: InstallUse }[], name: string): string =>
  all.find((one) => one.name === name)?.use.passphrase ? openedName(name) : name

function contents({ name, use }: { name: string; use: InstallUse }): StorageAction[] {
  const { fileSystem, swap, esp, mount, label, options } = use
  if (!swap && fileSystem === null) return []
  const fstype = swap ? 'swap' : esp || fileSystem === 'vfat' ? 'fat32' : fileSystem
  const volume = use.passphrase ? openedName(name) : name
  const format = { id: `${name}-format`, type: 'format', fstype, volume, ...(label !== null && { label }), ...KEEP }
  const path = swap ? '' : mount
  const said = options === 'defaults' ? {} : { options }
  return [format, { id: `${name}-mount`, type: 'mount', device: format.id, path, ...said }]
}
