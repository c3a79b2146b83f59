import { AppError } from '../../core/errors.ts'
import type { StorageLayout } from './storage-layout.ts'
import type { LayoutSize, LayoutUse } from './storage-parts.ts'

/** A partition of a plan: its number in the table, where it begins and how long it is. */
export type PlannedPartition = { name: string; number: number; startBytes: number; bytes: number; use: LayoutUse }
/** What a layout is on disks of known sizes. Every size in bytes, a multiple of 1 MiB. */
export type StoragePlan = {
  firmware: StorageLayout['firmware']
  disks: { name: string; bytes: number; partitions: PlannedPartition[] }[]
  /** `bytes` is what can be used of the array. */
  raid1: { name: string; bytes: number; members: string[]; use: LayoutUse }[]
  volumeGroups: {
    name: string
    bytes: number
    members: string[]
    volumes: { name: string; bytes: number; use: LayoutUse }[]
  }[]
}

const MIB = 1024 ** 2
const UNITS = { MiB: MIB, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const
/** Before the first partition and for the second table behind the last (UEFI 2.10 §5.3, and alignment). */
const TABLE_BYTES = MIB
/** The header that cryptsetup makes for LUKS2. */
const LUKS_BYTES = 16 * MIB
/** LVM's metadata in front of a member; volumes are whole extents. */
const [LVM_BYTES, EXTENT_BYTES] = [MIB, 4 * MIB]
/** A partition that takes the rest must be worth having. */
const LEAST_REST = 64 * MIB

const alignDown = (bytes: number, unit = MIB): number => Math.floor(bytes / unit) * unit
const alignUp = (bytes: number, unit = MIB): number => Math.ceil(bytes / unit) * unit

/** mdadm leaves room for its superblock and bitmap in front: a thousandth of the member, 129 MiB at the most. */
const raidReserve = (bytes: number): number => Math.min(129 * MIB, alignUp(bytes / 1024) + MIB)

const usable = (bytes: number, use: LayoutUse): number =>
  alignDown(bytes - ('encryption' in use && use.encryption ? LUKS_BYTES : 0))

/**
 * Gives every part of a layout its bytes on disks of these sizes, by the layout's names of the disks. Throws
 * disk.too_small naming what does not fit, and disk.none where a disk of the layout is not there.
 */
export function planStorage(layout: StorageLayout, diskBytes: Readonly<Record<string, number>>): StoragePlan {
  const disks = layout.disks.map(({ name, partitions }) => {
    const bytes = diskBytes[name]
    if (bytes === undefined) throw new AppError('disk.none', `expected the disk ${name} of the layout, got none`)
    return { name, bytes, partitions: planPartitions(name, bytes, partitions) }
  })
  const parts = disks.flatMap(({ partitions }) => partitions)
  const raid1 = layout.raid1.map(({ name, use }) => {
    const members = parts.filter((part) => part.use.as === 'raid' && part.use.array === name)
    const smallest = Math.min(...members.map(({ bytes }) => bytes))
    return { name, use, bytes: alignDown(smallest - raidReserve(smallest)), members: members.map((part) => part.name) }
  })
  const volumeGroups = layout.volumeGroups.map(({ name, volumes }) => {
    const members = [...parts, ...raid1].filter(({ use }) => use.as === 'lvm' && use.group === name)
    const sizes = members.map(({ bytes, use }) => alignDown(usable(bytes, use) - LVM_BYTES, EXTENT_BYTES))
    const bytes = sizes.reduce((sum, size) => sum + Math.max(0, size), 0)
    const shares = shareOut(`the volume group ${name}`, bytes, volumes, EXTENT_BYTES)
    const planned = volumes.map((volume, at) => ({ name: volume.name, bytes: shares[at]!, use: volume.use }))
    return { name, bytes, members: members.map((one) => one.name), volumes: planned }
  })
  return { firmware: layout.firmware, disks, raid1, volumeGroups }
}

function planPartitions(disk: string, bytes: number, partitions: StorageLayout['disks'][number]['partitions']) {
  const room = alignDown(bytes) - 2 * TABLE_BYTES
  const shares = shareOut(`the disk ${disk}`, room, partitions, MIB)
  let startBytes = TABLE_BYTES
  return partitions.map(({ name, use }, at): PlannedPartition => {
    const part = { name, number: at + 1, startBytes, bytes: shares[at]!, use }
    startBytes += part.bytes
    return part
  })
}

/** The bytes of each, in their order; the one `rest` gets what is left. */
function shareOut(
  what: string,
  room: number,
  parts: readonly { name: string; size: LayoutSize }[],
  unit: number,
): number[] {
  const fixed = parts.map(({ size }) => (size === 'rest' ? 0 : alignUp(sizeInBytes(size), unit)))
  const left = room - fixed.reduce((sum, bytes) => sum + bytes, 0)
  const rest = parts.find(({ size }) => size === 'rest')
  if (left < (rest ? LEAST_REST : 0))
    throw new AppError(
      'disk.too_small',
      `expected at least ${room - left + (rest ? LEAST_REST : 0)} bytes for ${parts.map(({ name }) => name).join(', ')} on ${what}, got ${Math.max(0, room)}`,
      { what, room },
    )
  return fixed.map((bytes, at) => (parts[at]!.size === 'rest' ? alignDown(left, unit) : bytes))
}

/** `40 GiB` in bytes. */
export function sizeInBytes(size: LayoutSize): number {
  const [many, unit] = size.split(' ') as [string, keyof typeof UNITS]
  return Number(many) * UNITS[unit]
}
