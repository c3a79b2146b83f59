import * as z from 'zod'

const size = z.union([
  z.int().min(-1, 'expected a size, or -1 for what is left'),
  z.string().regex(/^(-1|\d+(\.\d+)?(%|[KMGT]?B?))$/, 'expected a size like 512M, a share like 20%, or -1'),
])
const base = { id: z.string().min(1), preserve: z.boolean().optional() }
const wipe = z.enum(['superblock', 'superblock-recursive', 'zero', 'random']).optional()
const path = z.string().startsWith('/dev/', 'expected a path below /dev/').optional()
const flagged = z.union([z.boolean(), z.literal(0), z.literal(1)]).optional()

const Match = z.strictObject({
  ...{ serial: z.string().optional(), path: z.string().optional(), id_path: z.string().optional() },
  ...{ devpath: z.string().optional(), model: z.string().optional(), vendor: z.string().optional() },
  ...{
    ssd: z.boolean().optional(),
    size: z.enum(['largest', 'smallest']).optional(),
    'install-media': z.boolean().optional(),
  },
})
const Disk = z.strictObject({
  ...{
    ...base,
    type: z.literal('disk'),
    name: z.string().optional(),
    ptable: z.enum(['gpt', 'msdos', 'dos', 'vtoc']).optional(),
  },
  ...{ wipe, path, serial: z.string().optional(), wwn: z.string().optional(), model: z.string().optional() },
  ...{ match: z.union([Match, z.array(Match)]).optional(), grub_device: flagged, multipath: z.string().optional() },
  ...{ device_id: z.string().optional(), nvme_controller: z.string().optional() },
})
const FLAGS = [
  'bios_grub',
  'boot',
  'extended',
  'home',
  'linux',
  'logical',
  'lvm',
  'mbr',
  'msftres',
  'prep',
  'raid',
  'swap',
  '',
]
const Partition = z.strictObject({
  ...{ ...base, type: z.literal('partition'), device: z.string(), size, wipe, flag: z.enum(FLAGS).optional() },
  ...{
    number: z.int().positive().optional(),
    offset: size.optional(),
    resize: z.boolean().optional(),
    grub_device: flagged,
  },
  ...{ name: z.string().optional(), partition_name: z.string().optional(), partition_type: z.string().optional() },
  ...{ uuid: z.string().optional(), multipath: z.string().optional(), path },
})
const RAID_LEVELS = [
  'raid0',
  'raid1',
  'raid4',
  'raid5',
  'raid6',
  'raid10',
  'container',
  '0',
  '1',
  '4',
  '5',
  '6',
  '10',
] as const
const Raid = z.strictObject({
  ...{ ...base, type: z.literal('raid'), name: z.string(), devices: z.array(z.string()).min(2), wipe },
  raidlevel: z.union([z.enum(RAID_LEVELS), z.literal([0, 1, 4, 5, 6, 10])]),
  ...{
    spare_devices: z.array(z.string()).optional(),
    ptable: z.string().optional(),
    metadata: z.unknown().optional(),
    path,
  },
})
const Group = z.strictObject({
  ...{ ...base, type: z.literal('lvm_volgroup'), name: z.string(), devices: z.array(z.string()).min(1), wipe },
})
const Volume = z.strictObject({
  ...{
    ...base,
    type: z.literal('lvm_partition'),
    name: z.string(),
    volgroup: z.string(),
    size: size.optional(),
    wipe,
    path,
  },
})
const Crypt = z.strictObject({
  ...{ ...base, type: z.literal('dm_crypt'), volume: z.string(), dm_name: z.string().optional(), path },
  ...{ key: z.string().min(1).optional(), keyfile: z.string().optional(), options: z.array(z.string()).optional() },
  recovery_key: z.looseObject({}).optional(),
})
const FILE_SYSTEMS = [
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'fat12',
  'fat16',
  'fat32',
  'fat',
  'vfat',
  'swap',
  'jfs',
  'ntfs',
  'f2fs',
  'zfsroot',
]
const Format = z.strictObject({
  ...{
    ...base,
    type: z.literal('format'),
    volume: z.string(),
    fstype: z.enum(FILE_SYSTEMS),
    label: z.string().optional(),
  },
  ...{ uuid: z.string().optional(), extra_options: z.array(z.string()).optional(), name: z.string().optional() },
})
const Mount = z.strictObject({
  ...{ ...base, type: z.literal('mount'), device: z.string().optional(), options: z.string().optional() },
  path: z.union([z.literal(''), z.string().startsWith('/', 'expected an absolute path, or nothing for swap')]),
  ...{
    spec: z.string().optional(),
    fstype: z.string().optional(),
    freq: z.unknown().optional(),
    passno: z.unknown().optional(),
  },
})
const Action = z.discriminatedUnion('type', [Disk, Partition, Raid, Group, Volume, Crypt, Format, Mount])
type Action = z.infer<typeof Action>

/** The ids that an action is built on. */
const REFERENCES: { [Type in Action['type']]: (action: Extract<Action, { type: Type }>) => readonly string[] } = {
  disk: () => [],
  partition: ({ device }) => [device],
  raid: ({ devices }) => devices,
  lvm_volgroup: ({ devices }) => devices,
  lvm_partition: ({ volgroup }) => [volgroup],
  dm_crypt: ({ volume }) => [volume],
  format: ({ volume }) => [volume],
  mount: ({ device }) => (device === undefined ? [] : [device]),
}

/** The actions of curtin that Subiquity takes, in an order in which each is built on what is there already. */
export const StorageConfig = z.array(Action).superRefine((actions, context) => {
  const [ids, mounts] = [new Set<string>(), new Set<string>()]
  const tell = (at: number, key: string, message: string) =>
    context.addIssue({ code: 'custom', path: [at, key], message })
  for (const [at, action] of actions.entries()) {
    const references = (REFERENCES[action.type] as (one: Action) => readonly string[])(action)
    for (const id of references)
      if (!ids.has(id)) tell(at, 'id', `expected an action ${id} before ${action.id}, got none`)
    if (ids.has(action.id)) tell(at, 'id', `expected an id of its own, got ${action.id} again`)
    ids.add(action.id)
    if (action.type === 'dm_crypt' && (action.key === undefined) === (action.keyfile === undefined))
      tell(at, 'id', 'expected either key or keyfile of dm_crypt')
    if (action.type === 'mount' && action.path !== '') {
      if (mounts.has(action.path)) tell(at, 'path', `expected a mount point of its own, got ${action.path} again`)
      mounts.add(action.path)
    }
  }
  for (const [at, message] of growth(actions)) tell(at, 'size', message)
  if (!mounts.has('/')) context.addIssue({ code: 'custom', path: [], message: 'expected a mount at /, got none' })
})

/** What takes the rest has to be the last of its device. */
const growth = (actions: readonly Action[]): [number, string][] =>
  actions.flatMap((action, at): [number, string][] => {
    if ((action.type !== 'partition' && action.type !== 'lvm_partition') || String(action.size) !== '-1') return []
    const deviceOf = (one: Action) =>
      one.type === 'partition' ? one.device : one.type === 'lvm_partition' ? one.volgroup : ''
    const later = actions.slice(at + 1).some((one) => deviceOf(one) === deviceOf(action))
    return later ? [[at, `expected the size -1 of the last of ${deviceOf(action)} only`]] : []
  })
