import * as z from 'zod'

const absolute = z.string().startsWith('/', 'expected an absolute path')
const nothing = <T extends z.ZodType>(schema: T) => schema.nullable().optional()
const flag = nothing(z.boolean())
const text = nothing(z.string())
const strings = nothing(z.array(z.string()))
const mode = nothing(z.int().min(0).max(0o7777, 'expected at most 4095, which is 7777 in octal'))
const guid = nothing(
  z.string().regex(/^(|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/, 'expected a GUID with dashes'),
)
const owner = nothing(z.strictObject({ id: nothing(z.int()), name: text }))

const Resource = z.strictObject({
  source: nothing(
    z
      .string()
      .regex(
        /^(|(https?|tftp|s3|arn|gs):.+|data:[^,]*,.*)$/s,
        'expected a URL of http, https, tftp, s3, arn, gs or data',
      ),
  ),
  compression: nothing(z.enum(['', 'gzip'])),
  httpHeaders: nothing(z.array(z.strictObject({ name: z.string(), value: text }))),
  verification: z
    .strictObject({
      hash: nothing(
        z.string().regex(/^(|sha256-[0-9a-fA-F]{64}|sha512-[0-9a-fA-F]{128})$/, 'expected sha256-… or sha512-…'),
      ),
    })
    .optional(),
})
const Config = z.strictObject({ replace: Resource.optional(), merge: nothing(z.array(Resource)) })

const node = { path: absolute, overwrite: flag, user: owner, group: owner }
const Partition = z.strictObject({
  label: nothing(
    z
      .string()
      .max(36, 'expected a label of 36 letters at most')
      .regex(/^[^:]*$/, 'expected a label without a colon'),
  ),
  ...{ number: z.int().min(0).optional(), sizeMiB: nothing(z.int().min(0)), startMiB: nothing(z.int().min(0)) },
  ...{ typeGuid: guid, guid, wipePartitionEntry: flag, shouldExist: flag, resize: flag },
})
const Disk = z.strictObject({ device: absolute, wipeTable: flag, partitions: nothing(z.array(Partition)) })
const RAID_LEVELS = [
  'linear',
  'raid0',
  'raid1',
  'raid4',
  'raid5',
  'raid6',
  'raid10',
  '0',
  '1',
  '4',
  '5',
  '6',
  '10',
] as const
const Raid = z.strictObject({
  ...{ name: z.string().min(1), level: z.enum(RAID_LEVELS), devices: z.array(absolute).min(1) },
  ...{ spares: nothing(z.int().min(0)), options: strings },
})
const Luks = z.strictObject({
  ...{
    name: z.string().regex(/^[^/]+$/, 'expected a name without a slash'),
    device: nothing(absolute),
    keyFile: Resource.optional(),
  },
  ...{ label: text, uuid: text, options: strings, openOptions: strings, discard: flag, wipeVolume: flag },
  clevis: z.looseObject({}).optional(),
})
/** Letters that a label of a file system may have. */
const LABELS: Readonly<Record<string, number>> = { ext4: 16, btrfs: 256, xfs: 12, vfat: 11, swap: 15 }
const FileSystem = z
  .strictObject({
    ...{ device: absolute, path: nothing(z.union([z.literal(''), absolute])), wipeFilesystem: flag },
    format: nothing(z.enum(['ext4', 'btrfs', 'xfs', 'vfat', 'swap', 'none', ''])),
    ...{ label: text, uuid: text, options: strings, mountOptions: strings },
  })
  .refine(({ format, label }) => !label || !format || label.length <= (LABELS[format] ?? 0), 'expected a shorter label')
  .refine(
    ({ format, path }) => !path || (format && format !== 'swap' && format !== 'none'),
    'expected a format that can be mounted',
  )

const File = z.strictObject({ ...node, mode, contents: Resource.optional(), append: nothing(z.array(Resource)) })
const Storage = z.strictObject({
  ...{ disks: nothing(z.array(Disk)), raid: nothing(z.array(Raid)), luks: nothing(z.array(Luks)) },
  ...{ filesystems: nothing(z.array(FileSystem)), files: nothing(z.array(File)) },
  directories: nothing(z.array(z.strictObject({ ...node, mode }))),
  links: nothing(z.array(z.strictObject({ ...node, target: z.string().min(1), hard: flag }))),
})
const SUFFIXES = /\.(service|socket|device|mount|automount|swap|target|path|timer|snapshot|slice|scope)$/
const Unit = z.strictObject({
  name: z.string().regex(SUFFIXES, 'expected the name of a unit, like a.service'),
  ...{ enabled: flag, mask: flag, contents: text },
  dropins: nothing(
    z.array(z.strictObject({ name: z.string().endsWith('.conf', 'expected a name ending in .conf'), contents: text })),
  ),
})
const User = z.strictObject({
  name: z.string().min(1),
  ...{ passwordHash: text, sshAuthorizedKeys: strings, uid: nothing(z.int()), gecos: text, homeDir: text, shell: text },
  ...{
    noCreateHome: flag,
    primaryGroup: text,
    groups: strings,
    noUserGroup: flag,
    noLogInit: flag,
    shouldExist: flag,
    system: flag,
  },
})
const Group = z.strictObject({
  ...{ name: z.string().min(1), gid: nothing(z.int()), passwordHash: text, shouldExist: flag, system: flag },
})

/** Configuration of Ignition, specification 3.0.0 to 3.5.0 (coreos.github.io/ignition), as far as each field goes by itself. */
export const IgnitionConfig = z.strictObject({
  ignition: z.strictObject({
    version: z.string().regex(/^3\.[0-5]\.0$/, 'expected a version from 3.0.0 to 3.5.0'),
    config: Config.optional(),
    timeouts: z.strictObject({ httpResponseHeaders: nothing(z.int()), httpTotal: nothing(z.int()) }).optional(),
    security: z
      .strictObject({ tls: z.strictObject({ certificateAuthorities: nothing(z.array(Resource)) }).optional() })
      .optional(),
    proxy: z
      .strictObject({ httpProxy: text, httpsProxy: text, noProxy: nothing(z.array(z.string().nullable())) })
      .optional(),
  }),
  passwd: z.strictObject({ users: nothing(z.array(User)), groups: nothing(z.array(Group)) }).optional(),
  storage: Storage.optional(),
  systemd: z.strictObject({ units: nothing(z.array(Unit)) }).optional(),
  kernelArguments: z.strictObject({ shouldExist: strings, shouldNotExist: strings }).optional(),
})
export type IgnitionConfig = z.infer<typeof IgnitionConfig>
export type IgnitionPartition = z.infer<typeof Partition>
