import type { InstallStorage, InstallUse } from '../../domain/install/install-values.ts'
import { refusal } from '../refuse.ts'
import type { SYSTEMS, SystemKind } from './systems.ts'

type Root = (typeof SYSTEMS)[SystemKind]['root']
type Disk = InstallStorage['disks'][number]
type Named = { name: string; use: InstallUse }
export type IgnitionUnit = { name: string; enabled: true; contents: string }
export type IgnitionStorage = { disks: object[]; raid: object[]; fileSystems: object[]; units: IgnitionUnit[] }

/**
 * A layout in the words of Ignition, beside the partitions that the image brings: its loaders, /boot and root. Throws
 * template.invalid naming the field, for what Ignition has no words for.
 */
export function ignitionStorage({ disks, raid1, volumeGroups }: InstallStorage, root: Root): IgnitionStorage {
  const [install, ...others] = [...disks].sort(
    (one, other) => Number(other.name === 'install') - Number(one.name === 'install'),
  )
  if (volumeGroups[0]) throw refusal('storage.volumeGroups', `none, got ${volumeGroups[0].name}: Ignition has no LVM`)
  const all: Named[] = [...disks.flatMap(({ partitions }) => partitions), ...raid1]
  const closed = all.find(({ use }) => use.passphrase)
  if (closed)
    throw refusal(`storage ${closed.name}.encryption`, 'none: nobody is there to open it when Ignition’s systems start')
  const array = raid1.find(({ use }) => use.mount === '/' || use.mount === '/boot')
  if (array) throw refusal(`storage.raid1.${array.name}`, 'neither / nor /boot: the image brings them on one disk')
  for (const disk of others) assertNoRoot(disk)
  const made = [...onInstall(install!, root), ...others.flatMap(({ partitions }) => partitions), ...raid1].filter(
    ({ use }) => use.array === null && !use.esp && !use.biosBoot,
  )
  return {
    disks: [...installDisk(install!, root), ...others.map(diskOf)],
    raid: raid1.map(({ name, members }) => ({ name, level: 'raid1', devices: members.map(partition) })),
    fileSystems: [
      ...rootFileSystem(install!, root),
      ...made.map((one) => fileSystem(one, raid1.includes(one as never))),
    ],
    units: made.map((one) => unit(one, raid1.includes(one as never))),
  }
}

const partition = (label: string): string => `/dev/disk/by-partlabel/${label}`
const deviceOf = (name: string, isArray: boolean): string => (isArray ? `/dev/md/${name}` : partition(name))

function assertNoRoot({ name, partitions }: Disk): void {
  const own = partitions.find(({ use }) => use.mount === '/' || use.mount === '/boot' || use.esp || use.biosBoot)
  if (own) throw refusal(`storage.disks.${name}`, `data only: the image is on the disk install, got ${own.name}`)
}

const rootOf = ({ partitions }: Disk) => partitions.find(({ use }) => use.mount === '/')

/** What is on the install disk behind the partitions of the image. */
function onInstall({ partitions, ...disk }: Disk, root: Root): Disk['partitions'] {
  const own = rootOf({ partitions, ...disk })
  if (!own) throw refusal('storage.disks.install', 'a file system at /, which the image brings')
  const boot = partitions.find(({ use }) => use.mount === '/boot')
  if (boot) throw refusal('storage.disks.install', `no /boot: the image brings its own, got ${boot.name}`)
  const data = partitions.filter((part) => part !== own && !part.use.esp && !part.use.biosBoot)
  const early = data.find(({ number }) => number < own.number)
  if (early) throw refusal('storage.disks.install', `${early.name} behind ${own.name}, which the image brings`)
  if (root.isLast && (data.length > 0 || !own.rest))
    throw refusal('storage.disks.install', 'a root that takes the rest: nothing can follow it in this image')
  return data
}

function installDisk(disk: Disk, root: Root): object[] {
  const own = rootOf(disk)!
  const data = onInstall(disk, root)
  if (own.rest && data.length === 0) return []
  if (own.rest) throw refusal('storage.disks.install', `a size of ${own.name} where partitions follow it`)
  const resized = { label: root.label, number: root.number, sizeMiB: own.sizeMiB, resize: true }
  const rest = data.map((part, at) => ({
    label: part.name,
    number: root.number + 1 + at,
    sizeMiB: part.rest ? 0 : part.sizeMiB,
  }))
  return [{ device: disk.path, wipeTable: false, partitions: [resized, ...rest] }]
}

const diskOf = ({ path, partitions }: Disk): object => ({
  ...{ device: path, wipeTable: true },
  partitions: partitions.map((part) => ({
    ...{ label: part.name, number: part.number, sizeMiB: part.rest ? 0 : part.sizeMiB },
  })),
})

/** The image has a root file system: it is made anew only where another one is wanted. */
function rootFileSystem(disk: Disk, root: Root): object[] {
  const { fileSystem } = rootOf(disk)!.use
  if (fileSystem === root.fileSystem) return []
  return [{ device: partition(root.label), format: fileSystem, label: root.label, wipeFilesystem: true }]
}

function fileSystem({ name, use }: Named, isArray: boolean): object {
  const format = use.swap ? 'swap' : use.fileSystem
  const label = use.label === null ? {} : { label: use.label }
  const mount = use.swap
    ? {}
    : { path: use.mount, ...(use.options !== 'defaults' && { mountOptions: use.options.split(',') }) }
  return { device: deviceOf(name, isArray), format, wipeFilesystem: true, ...mount, ...label }
}

/** Ignition makes file systems and mounts them for itself: a unit does so at each start (systemd.mount(5), systemd.swap(5)). */
function unit({ name, use }: Named, isArray: boolean): IgnitionUnit {
  const device = deviceOf(name, isArray)
  if (use.swap) {
    const contents = `[Unit]\nDescription=Swap on ${name}\n\n[Swap]\nWhat=${device}\n\n[Install]\nRequiredBy=swap.target\n`
    return { name: `${escapePath(device)}.swap`, enabled: true, contents }
  }
  const check = `systemd-fsck@${escapePath(device)}.service`
  const contents = [
    ...['[Unit]', `Requires=${check}`, `After=${check}`, '', '[Mount]', `What=${device}`, `Where=${use.mount}`],
    ...[`Type=${use.fileSystem}`, `Options=${use.options}`, '', '[Install]', 'RequiredBy=local-fs.target', ''],
  ].join('\n')
  return { name: `${escapePath(use.mount!)}.mount`, enabled: true, contents }
}

/** A path as the name of a unit (systemd.unit(5), "String Escaping"). */
export const escapePath = (path: string): string =>
  [...Buffer.from(path.replace(/^\/+/, ''))]
    .map((byte, at) => {
      const letter = String.fromCharCode(byte)
      if (letter === '/') return '-'
      return /[A-Za-z0-9:_]/.test(letter) || (letter === '.' && at > 0)
        ? letter
        : `\\x${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
