import * as z from 'zod'
import { InstallDiskRule } from '../install-disk.ts'

const LayoutName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'expected a name of small letters, digits and dashes')

/** `512 MiB`, `40 GiB`, `2 TiB`, or what the others leave. */
const LayoutSize = z.string().regex(/^([1-9]\d{0,8} (MiB|GiB|TiB)|rest)$/, 'expected a size like "40 GiB", or "rest"')
export type LayoutSize = z.infer<typeof LayoutSize>

/** The name of the secret that opens it. The secret itself is never part of a profile. */
const Encryption = z.strictObject({
  secret: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'expected the name of a secret'),
})

const MountPoint = z
  .string()
  .max(256)
  .regex(/^\/([A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*)?$/, 'expected an absolute path without a slash at its end')
  .refine((path) => !path.split('/').some((part) => part === '.' || part === '..'), 'expected a path without . and ..')

const FileSystem = z.strictObject({
  as: z.literal('fileSystem'),
  fileSystem: z.enum(['ext4', 'xfs', 'btrfs', 'vfat']),
  mount: MountPoint,
  options: z
    .array(z.string().regex(/^[A-Za-z0-9._=:%/+-]{1,64}$/, 'expected one mount option'))
    .max(16)
    .optional(),
  label: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,11}$/, 'expected a label of 11 letters at most')
    .optional(),
  encryption: Encryption.optional(),
})
const Swap = z.strictObject({ as: z.literal('swap'), encryption: Encryption.optional() })
const LvmMember = z.strictObject({ as: z.literal('lvm'), group: LayoutName, encryption: Encryption.optional() })
const RaidMember = z.strictObject({ as: z.literal('raid'), array: LayoutName })
const Esp = z.strictObject({ as: z.literal('esp') })
const BiosBoot = z.strictObject({ as: z.literal('biosBoot') })

const VolumeUse = z.discriminatedUnion('as', [FileSystem, Swap])
const ArrayUse = z.discriminatedUnion('as', [FileSystem, Swap, LvmMember])
const PartitionUse = z.discriminatedUnion('as', [FileSystem, Swap, LvmMember, RaidMember, Esp, BiosBoot])
export type LayoutUse = z.infer<typeof PartitionUse>

const Partition = z.strictObject({ name: LayoutName, size: LayoutSize, use: PartitionUse })
const LayoutDisk = z.strictObject({
  name: LayoutName,
  pick: InstallDiskRule.optional(),
  partitions: z.array(Partition).min(1).max(32),
})
const Raid1 = z.strictObject({ name: LayoutName, use: ArrayUse })
const Volume = z.strictObject({ name: LayoutName, size: LayoutSize, use: VolumeUse })
const VolumeGroup = z.strictObject({ name: LayoutName, volumes: z.array(Volume).min(1).max(64) })

/** The fields of a layout, whatever they say together. */
export const StorageParts = z.strictObject({
  firmware: z
    .array(z.enum(['bios', 'uefi']))
    .min(1)
    .max(2)
    .default(['bios', 'uefi']),
  disks: z.array(LayoutDisk).min(1).max(16),
  raid1: z.array(Raid1).max(16).default([]),
  volumeGroups: z.array(VolumeGroup).max(16).default([]),
})
export type StorageParts = z.infer<typeof StorageParts>
