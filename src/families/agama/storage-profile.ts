import * as z from 'zod'

const Alias = z.string().min(1)
const Name = z.string().regex(/^[^/\s]+$/, 'expected a name without a path')
const SizeValue = z.union([
  z.string().regex(/^[0-9]+(\.[0-9]+)?(\s*([KkMmGgTtPpEeZzYy][iI]?)?[Bb])?$/, 'expected a size like "10 GiB"'),
  z.int().nonnegative(),
])
const Limit = z.union([z.literal('current'), SizeValue])
const Size = z.union([SizeValue, z.array(Limit).min(1).max(2), z.strictObject({ min: Limit, max: Limit.optional() })])
/** A name, `*` for all, or conditions, which are many: only that it is one of them. */
const Search = z.union([z.string().min(1), z.looseObject({})])

const Encryption = z.union([
  z.enum(['protected_swap', 'secure_swap', 'random_swap']),
  z.strictObject({ luks1: z.looseObject({ password: z.string() }) }),
  z.strictObject({
    luks2: z
      .strictObject({
        password: z.string(),
        cipher: z.string(),
        keySize: z.int().positive(),
        pbkdFunction: z.enum(['pbkdf2', 'argon2i', 'argon2id']),
        label: z.string(),
        tpm: z.boolean(),
      })
      .partial()
      .required({ password: true }),
  }),
  z.strictObject({ pervasiveLuks2: z.looseObject({ password: z.string() }) }),
  z.strictObject({ tpmFde: z.looseObject({ password: z.string() }) }),
])
const FileSystem = z
  .strictObject({
    reuseIfPossible: z.boolean(),
    type: z.union([
      z.enum([
        ...(['bcachefs', 'btrfs', 'exfat', 'ext2', 'ext3', 'ext4', 'f2fs', 'jfs', 'nfs', 'nilfs2', 'ntfs'] as const),
        ...(['reiserfs', 'swap', 'tmpfs', 'vfat', 'xfs'] as const),
      ]),
      z.strictObject({ btrfs: z.strictObject({ snapshots: z.boolean() }).partial() }),
    ]),
    label: z.string(),
    path: z.string().regex(/^(\/|swap$)/, 'expected an absolute path, or swap'),
    mountBy: z.enum(['device', 'id', 'label', 'path', 'uuid']),
    mkfsExtraArguments: z.string(),
    mkfsOptions: z.array(z.string()),
    mountOptions: z.array(z.string()),
  })
  .partial()

const deletes = { search: Search, delete: z.literal(true) }
const Delete = z.union([
  z.strictObject(deletes),
  z.strictObject({ search: Search, size: Size.optional(), deleteIfNeeded: z.literal(true) }),
])
const Generate = z.strictObject({ generate: z.union([z.string(), z.array(Alias), z.looseObject({})]) })
const Regular = z
  .strictObject({
    search: Search,
    alias: Alias,
    id: z.enum(['linux', 'swap', 'lvm', 'raid', 'esp', 'prep', 'bios_boot']),
    size: Size,
    encryption: Encryption,
    filesystem: FileSystem,
  })
  .partial()

/** The branch that an element shows by its keys, so that what is wrong in it is told, and not that no branch fits. */
const byKeys = <T extends z.ZodType>(regular: T, ...others: [string, z.ZodType][]) =>
  z.unknown().superRefine((value, context) => {
    const has = (key: string) => typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    const schema = others.find(([key]) => has(key))?.[1] ?? regular
    for (const { path, message } of schema.safeParse(value).error?.issues ?? [])
      context.addIssue({ code: 'custom', path, message })
  })
const Partition = byKeys(Regular, ['delete', Delete], ['deleteIfNeeded', Delete], ['generate', Generate])

const Whole = z.strictObject({ search: Search, alias: Alias, encryption: Encryption, filesystem: FileSystem }).partial()
const partitioned = {
  search: Search,
  alias: Alias,
  ptableType: z.enum(['gpt', 'msdos', 'dasd']),
  partitions: z.array(Partition),
}
const Drive = byKeys(Whole, ['partitions', z.strictObject(partitioned).partial()])

const raid = {
  ...{ search: Search, alias: Alias, name: Name, parity: z.string(), chunkSize: SizeValue },
  ...{ level: z.enum(['raid0', 'raid1', 'raid5', 'raid6', 'raid10']), devices: z.array(Alias).min(2) },
}
const MdRaid = byKeys(z.strictObject({ ...raid, encryption: Encryption, filesystem: FileSystem }).partial(), [
  'partitions',
  z.strictObject({ ...raid, ...partitioned }).partial(),
])

const volume = { name: Name, search: Search, size: Size, stripes: z.int().positive(), stripeSize: SizeValue }
const LogicalVolume = byKeys(
  z.strictObject({ ...volume, encryption: Encryption, filesystem: FileSystem, usedPool: Alias }).partial(),
  ['pool', z.strictObject({ ...volume, pool: z.boolean(), alias: Alias, encryption: Encryption }).partial()],
  ['delete', Delete],
  ['deleteIfNeeded', Delete],
  ['generate', Generate],
)
const VolumeGroup = z
  .strictObject({
    name: Name,
    search: Search,
    extentSize: SizeValue,
    physicalVolumes: z.array(z.union([Alias, Generate])),
    logicalVolumes: z.array(LogicalVolume),
  })
  .partial()
  .required({ name: true })

/** How Agama divides disks (the storage part of its published description of profiles). */
export const StorageProfile = z
  .strictObject({
    boot: z.strictObject({ configure: z.boolean(), device: Alias.optional() }),
    drives: z.array(Drive),
    mdRaids: z.array(MdRaid),
    volumeGroups: z.array(VolumeGroup),
  })
  .partial()
