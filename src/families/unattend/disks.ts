import { AppError } from '../../core/errors.ts'
import type { InstallStorage, InstallUse, InstallValues } from '../../domain/install/install-values.ts'

/** Microsoft's reserved partition, which Windows wants on every GPT disk. */
const MSR_MIB = 16
const MBR_BYTES = 2 * 1024 ** 4
const MBR_PARTITIONS = 4

type PlannedDisk = InstallStorage['disks'][number]
type PlannedPartition = PlannedDisk['partitions'][number]
type Created = { order: number; type: 'EFI' | 'MSR' | 'Primary'; sizeMiB: number | null }
type Formatted = {
  order: number
  partition: number
  fileSystem: 'NTFS' | 'FAT32'
  label: string
  letter: string | null
  active: boolean
}
/** A disk in the words of Windows Setup; its id is its place in the layout, until Windows PE has found it. */
export type WindowsDisk = { id: number; partitions: Created[]; formatted: Formatted[] }

/**
 * The layout as Windows Setup can make it: GPT on UEFI, MBR on a BIOS. `/` is C:, `/d` to `/w` are further drives.
 * Throws template.invalid naming what Windows Setup can not make.
 */
export function windowsDisks({ storage, machine }: Pick<InstallValues, 'storage' | 'machine'>) {
  const [array] = storage.raid1
  if (array) throw refusal(`raid1.${array.name}`, 'no array: Windows Setup makes none')
  const [group] = storage.volumeGroups
  if (group) throw refusal(`volumeGroups.${group.name}`, 'no volume group: Windows Setup makes none')
  const disks = storage.disks.map((disk, id) => (machine.uefi ? gptDisk(disk, id) : mbrDisk(disk, id)))
  const target = disks.flatMap(({ id, formatted }) =>
    formatted.filter(({ letter }) => letter === 'C').map(({ partition }) => ({ disk: id, partition })),
  )
  if (!target[0]) throw refusal('disks', 'a partition that is mounted at /')
  return { disks, target: target[0] }
}

function gptDisk(disk: PlannedDisk, id: number): WindowsDisk {
  const esp = disk.partitions.filter(({ use }) => use.esp)
  const others = disk.partitions.filter(({ use }) => !use.esp)
  const last = others.at(-1)
  const biggest = others.reduce<PlannedPartition | undefined>(
    (most, one) => (most && most.bytes >= one.bytes ? most : one),
    undefined,
  )
  const sizeOf = (part: PlannedPartition) => part.sizeMiB - (part === biggest && !last?.rest ? MSR_MIB : 0)
  const rows: [PlannedPartition | null, Created['type'], number | null][] = [
    ...esp.map((part): [PlannedPartition, 'EFI', number] => [part, 'EFI', part.sizeMiB]),
    [null, 'MSR', MSR_MIB],
    ...others.map((part): [PlannedPartition, 'Primary', number | null] => [
      ...([part, 'Primary', part === last && part.rest ? null : sizeOf(part)] as const),
    ]),
  ]
  return tellDisk(id, rows, false)
}

/** The partition of Windows starts itself: there is no room that GRUB would need. */
function mbrDisk(disk: PlannedDisk, id: number): WindowsDisk {
  const parts = disk.partitions.filter(({ use }) => !use.biosBoot)
  if (disk.bytes > MBR_BYTES)
    throw refusal(`disks.${disk.name}`, `2 TiB at most, where a BIOS starts Windows, got ${disk.bytes} bytes`)
  if (parts.length > MBR_PARTITIONS)
    throw refusal(`disks.${disk.name}`, `${MBR_PARTITIONS} partitions at most on a BIOS, got ${parts.length}`)
  const rows = parts.map((part, at): [PlannedPartition, 'Primary', number | null] => [
    ...([part, 'Primary', part.rest && at === parts.length - 1 ? null : part.sizeMiB] as const),
  ])
  return tellDisk(id, rows, true)
}

function tellDisk(id: number, rows: [PlannedPartition | null, Created['type'], number | null][], mbr: boolean) {
  const partitions = rows.map(([, type, sizeMiB], at) => ({ order: at + 1, type, sizeMiB }))
  const made = rows.flatMap(([part], at) => (part ? [{ part, partition: at + 1 }] : []))
  const formatted = made.map(({ part, partition }, at) => ({
    ...{ order: at + 1, partition, ...formatOf(part) },
    active: mbr && part.use.mount === '/',
  }))
  return { id, partitions, formatted }
}

function formatOf({ name, use }: PlannedPartition): Pick<Formatted, 'fileSystem' | 'label' | 'letter'> {
  if (use.esp) return { fileSystem: 'FAT32', label: use.label ?? 'System', letter: null }
  assertPlain(name, use)
  const letter = use.mount === '/' ? 'C' : (/^\/([d-w])$/.exec(use.mount!)?.[1]?.toUpperCase() ?? null)
  if (letter === null) throw refusal(name, `a mount point / or /d to /w, which are drives of Windows, got ${use.mount}`)
  if (letter === 'C' && use.fileSystem === 'vfat') throw refusal(name, 'a file system that becomes NTFS, got vfat')
  const fileSystem = use.fileSystem === 'vfat' ? 'FAT32' : 'NTFS'
  return { fileSystem, label: use.label ?? (letter === 'C' ? 'Windows' : name), letter }
}

function assertPlain(name: string, { swap, passphrase, group, array, options }: InstallUse): void {
  if (group !== null || array !== null) throw refusal(name, 'a partition of its own: Windows Setup makes no groups')
  if (passphrase !== null) throw refusal(name, 'no encryption: Windows Setup makes none')
  if (swap) throw refusal(name, 'no swap: Windows pages into a file on C:')
  if (options !== 'defaults') throw refusal(name, `no mount options, got ${options}`)
}

const refusal = (field: string, expected: string): AppError =>
  new AppError('template.invalid', `storage.${field}: expected ${expected}`)
