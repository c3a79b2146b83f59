import { AppError } from '../../core/errors.ts'
import { chooseInstallDisk, type InstallDiskRule } from '../install-disk.ts'
import type { Disk } from '../inventory.ts'
import { planStorage } from '../storage/plan-storage.ts'
import type { StorageLayout } from '../storage/storage-layout.ts'
import type { LayoutUse } from '../storage/storage-parts.ts'
import type { InstallStorage, InstallUse } from './install-values.ts'

const MIB = 1024 ** 2

/**
 * The layout without what the other firmware needs to start. Throws storage.invalid where it is not made for this firmware.
 */
export function layoutFor(layout: StorageLayout, firmware: 'bios' | 'uefi'): StorageLayout {
  if (!layout.firmware.includes(firmware))
    throw new AppError(
      'storage.invalid',
      `expected a machine with ${layout.firmware.join(' or ')} for this storage layout, got ${firmware}`,
    )
  const needless = firmware === 'uefi' ? 'biosBoot' : 'esp'
  const disks = layout.disks.map((disk) => ({
    ...disk,
    partitions: disk.partitions.filter(({ use }) => use.as !== needless),
  }))
  return { ...layout, firmware: [firmware], disks }
}

/**
 * A layout on the disks that a machine has, in the words of templates. Throws the disk.* codes: a rule that picks no disk or
 * two, one disk for two of the layout's, and what does not fit.
 */
export function resolveStorage(layout: StorageLayout, rule: InstallDiskRule, seen: Disk[]): InstallStorage {
  const found = new Map(layout.disks.map(({ name, pick }) => [name, chooseInstallDisk(pick ?? rule, seen, 0)]))
  assertOneEach(found)
  const plan = planStorage(layout, Object.fromEntries([...found].map(([name, { bytes }]) => [name, bytes])))
  const rest = restNames(layout)
  const sized = ({ name, bytes, use }: { name: string; bytes: number; use: LayoutUse }) => ({
    ...{ name, bytes, sizeMiB: bytes / MIB, rest: rest.has(name), use: tellUse(use) },
  })
  return {
    disks: plan.disks.map(({ name, bytes, partitions }) => {
      const disk = found.get(name)!
      return {
        ...{ name, bytes, device: disk.name, path: pathOf(disk) },
        ...{ serial: disk.serial ?? null, wwn: disk.wwn ?? null },
        partitions: partitions.map((part) => ({
          ...sized(part),
          ...{ number: part.number, startBytes: part.startBytes, device: partitionName(disk.name, part.number) },
        })),
      }
    }),
    raid1: plan.raid1.map((array) => ({ ...sized(array), members: array.members })),
    volumeGroups: plan.volumeGroups.map(({ name, bytes, members, volumes }) => ({
      ...{ name, bytes, members },
      volumes: volumes.map(sized),
    })),
  }
}

function assertOneEach(found: ReadonlyMap<string, Disk>): void {
  const taken = new Map<string, string>()
  for (const [name, disk] of found) {
    const other = taken.get(disk.name)
    if (other !== undefined)
      throw new AppError('disk.ambiguous', `expected a disk each for ${other} and ${name}, got ${disk.name} for both`)
    taken.set(disk.name, name)
  }
}

const restNames = ({ disks, volumeGroups }: StorageLayout): Set<string> =>
  new Set(
    [...disks.flatMap(({ partitions }) => partitions), ...volumeGroups.flatMap(({ volumes }) => volumes)]
      .filter(({ size }) => size === 'rest')
      .map(({ name }) => name),
  )

/** The port that a disk is on names it in every kernel; its kernel name may change from one start to the next. */
const pathOf = ({ name, byPath }: Disk): string =>
  byPath === undefined ? `/dev/${name}` : byPath.startsWith('/') ? byPath : `/dev/disk/by-path/${byPath}`

/** Kernels put a p between a name that ends in a digit and the number. */
const partitionName = (disk: string, number: number): string => `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`

const NO_USE: InstallUse = {
  ...{ fileSystem: null, mount: null, options: 'defaults', label: null, swap: false, esp: false, biosBoot: false },
  ...{ group: null, array: null, passphrase: null },
}

function tellUse(use: LayoutUse): InstallUse {
  const passphrase =
    'encryption' in use && use.encryption ? { secret: use.encryption.secret, form: 'plain' as const } : null
  switch (use.as) {
    case 'fileSystem': {
      const { fileSystem, mount, label = null, options = [] } = use
      return { ...NO_USE, fileSystem, mount, label, passphrase, options: options.join(',') || 'defaults' }
    }
    case 'swap':
      return { ...NO_USE, swap: true, passphrase }
    case 'lvm':
      return { ...NO_USE, group: use.group, passphrase }
    case 'raid':
      return { ...NO_USE, array: use.array }
    case 'esp':
      return { ...NO_USE, esp: true, fileSystem: 'vfat', mount: '/boot/efi' }
    case 'biosBoot':
      return { ...NO_USE, biosBoot: true }
  }
}
