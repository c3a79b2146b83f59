import type { InstallStorage, InstallUse } from '../../domain/install/install-values.ts'
import { refusal } from '../refuse.ts'

/** What partman is told: its method, its recipe, and what stands beside them. Devices are the kernel's names with /dev/. */
export type Partman = {
  method: 'regular' | 'lvm' | 'crypto' | 'raid'
  recipe: string
  raidRecipe: string | null
  group: string | null
  passphrase: InstallUse['passphrase']
}

type Disk = InstallStorage['disks'][number]
type Part = Disk['partitions'][number]
type Sized = { name: string; bytes: number; rest: boolean; use: InstallUse }

/** partman counts in millions of bytes. */
const megabytes = (bytes: number): number => Math.ceil(bytes / 1_000_000)
const least = 100

/**
 * The recipes of partman-auto for a layout (partman-auto-recipe.txt and partman-auto-raid-recipe.txt of Debian's installer).
 * Throws template.invalid naming the field, for what they can not say.
 */
export function partmanOf(layout: InstallStorage): Partman {
  const storage = { ...layout, disks: installFirst(layout.disks) }
  const method = methodOf(storage)
  const { recipe, raidRecipe = null, group = null, passphrase = null } = SAY[method](storage)
  return { method, recipe: `slipway :: ${recipe.join(' ')}`, raidRecipe, group, passphrase }
}

/** partman-auto takes the first disk for all that says no other. */
export const installFirst = <Named extends { name: string }>(disks: readonly Named[]): Named[] =>
  [...disks].sort((one, other) => Number(other.name === 'install') - Number(one.name === 'install'))

type Said = { recipe: string[]; raidRecipe?: string; group?: string; passphrase?: InstallUse['passphrase'] }

const SAY: Readonly<Record<Partman['method'], (storage: InstallStorage) => Said>> = {
  regular: (storage) => {
    const [disk] = oneDisk(storage, 'without LVM and RAID')
    assertFills(disk)
    return { recipe: disk.partitions.map((part) => partition(part, '$primary{ }')) }
  },
  lvm: ({ disks, volumeGroups }) => ({
    recipe: [
      ...disks.flatMap((disk, at) => lvmDisk(disk, at)),
      ...volumeGroups.flatMap(({ name, volumes }) => volumes.map((one) => volume(one, ` in_vg{ ${name} }`))),
    ],
    group: volumeGroups[0]!.name,
  }),
  crypto: (storage) => {
    const [disk] = oneDisk(storage, 'with encryption')
    const [group, other] = storage.volumeGroups
    const holder = disk.partitions.at(-1)!
    if (!group || other || holder.use.group !== group.name || !holder.use.passphrase)
      throw refusal('storage.volumeGroups', 'one group on the last partition, which is the encrypted one')
    const recipe = [...lvmDisk(disk, 0, 'crypto'), ...group.volumes.map((one) => volume(one, ''))]
    return { recipe, group: group.name, passphrase: holder.use.passphrase }
  },
  raid: raidOf,
}

function methodOf({ disks, raid1, volumeGroups }: InstallStorage): Partman['method'] {
  const closed = [...disks.flatMap(({ partitions }) => partitions), ...raid1].filter(({ use }) => use.passphrase)
  const volumes = volumeGroups.flatMap((group) => group.volumes).filter(({ use }) => use.passphrase)
  const odd = [...closed.filter(({ use }) => use.group === null), ...volumes, ...closed.slice(1)]
  if (odd.length > 0) throw refusal(`storage ${odd[0]!.name}.encryption`, 'it on one member of a volume group only')
  if (raid1.length > 0 && closed.length > 0)
    throw refusal(`storage ${closed[0]!.name}.encryption`, 'none beside RAID, which partman-auto can not put together')
  if (raid1.length > 0) return 'raid'
  if (closed.length > 0) return 'crypto'
  return volumeGroups.length > 0 ? 'lvm' : 'regular'
}

function oneDisk({ disks }: InstallStorage, when: string): [Disk] {
  const [disk, other] = disks
  if (other) throw refusal('storage.disks', `one disk ${when}: partman-auto divides one only, got ${other.name} too`)
  return [disk!]
}

/** The last partition of a disk gets all that is left, whatever its recipe says. */
function assertFills({ name, partitions }: Disk): void {
  if (!partitions.some(({ rest }) => rest))
    throw refusal(`storage.disks.${name}`, 'a partition with the size rest: partman-auto fills the disk')
}

/** Members of groups come last on their disk, and disks beside the first can hold nothing else. */
function lvmDisk(disk: Disk, at: number, method: 'lvm' | 'crypto' = 'lvm'): string[] {
  assertFills(disk)
  const members = disk.partitions.filter(({ use }) => use.group !== null)
  const others = disk.partitions.filter(({ use }) => use.group === null)
  if (members.length > 1 || (members[0] && members[0] !== disk.partitions.at(-1)))
    throw refusal(`storage.disks.${disk.name}`, 'one member of a volume group, the last partition')
  if (at > 0 && others.length > 0)
    throw refusal(`storage.disks.${disk.name}`, `a member of a volume group only, got ${others[0]!.name}`)
  const group = method === 'lvm' ? ` vg_name{ ${members[0]?.use.group} }` : ''
  return [
    ...others.map((part) => partition(part, '$primary{ }')),
    ...members.map(
      (part) =>
        `${limits(part)} ext4 $defaultignore{ } $primary{ } method{ ${method} } device{ /dev/${disk.device} }${group} .`,
    ),
  ]
}

function raidOf({ disks, raid1, volumeGroups }: InstallStorage): Said {
  const [first, ...others] = disks as [Disk, ...Disk[]]
  assertFills(first)
  const parts = first.partitions
  const arrays = parts.filter(({ use }) => use.array !== null).map(({ use }) => use.array)
  for (const disk of others) assertMirrors(disk, arrays)
  const lost = parts.find(({ use }) => use.array === null && !use.esp && !use.biosBoot)
  if (lost) throw refusal(`storage.disks.${first.name}`, `arrays, esp and biosBoot only beside RAID, got ${lost.name}`)
  const [group, other] = volumeGroups
  const holders = raid1.filter(({ use }) => use.group !== null)
  if (other || holders.length > 1) throw refusal('storage.volumeGroups', 'one group on one array beside RAID')
  const devices = (array: string): string => {
    const { number } = parts.find(({ use }) => use.array === array)!
    return disks.map(({ device }) => `/dev/${device}${/\d$/.test(device) ? 'p' : ''}${number}`).join('#')
  }
  return {
    recipe: [
      ...parts.map((part) => partition(part, '$lvmignore{ } $primary{ }')),
      ...(group?.volumes ?? []).map((one) => volume(one, '')),
    ],
    raidRecipe: raid1.map((one) => `1 ${disks.length} 0 ${arrayUse(one)} ${devices(one.name)} .`).join(' '),
    ...(group && { group: group.name }),
  }
}

/** partman-auto gives all disks of arrays the partitions of the first: so theirs must be the same, but for the loader's. */
function assertMirrors({ name, partitions }: Disk, arrays: (string | null)[]): void {
  const own = partitions.filter(({ use }) => !use.esp && !use.biosBoot)
  if (own.length !== arrays.length || own.some(({ use }, at) => use.array !== arrays[at]))
    throw refusal(
      `storage.disks.${name}`,
      `members of ${arrays.join(', ')} like the first disk, got ${own.map((part) => part.name).join(', ')}`,
    )
}

function arrayUse({ name, use }: InstallStorage['raid1'][number]): string {
  if (use.group !== null) return 'lvm -'
  if (use.swap) return 'swap -'
  if (use.options !== 'defaults' || use.label !== null)
    throw refusal(`storage.raid1.${name}.use`, 'no options and no label: partman-auto-raid can not say them')
  return `${use.fileSystem === 'vfat' ? 'fat32' : use.fileSystem} ${use.mount}`
}

/** `<least> <priority> <most>`: one that takes the rest has all the priority there is. */
const limits = ({ bytes, rest }: Pick<Sized, 'bytes' | 'rest'>): string => {
  const size = megabytes(bytes)
  return rest ? `${Math.min(size, least)} 1000000 -1` : `${size} ${size} ${size}`
}

function partition(part: Part, tags: string): string {
  const { use } = part
  if (use.biosBoot) return `${limits(part)} free $iflabel{ gpt } ${tags} method{ biosgrub } .`
  if (use.esp) return `${limits(part)} fat32 $iflabel{ gpt } ${tags} method{ efi } format{ } .`
  if (use.array !== null) return `${limits(part)} raid ${tags} method{ raid } .`
  return `${limits(part)} ${contents(use, tags)} .`
}

const volume = (one: Sized, group: string): string =>
  `${limits(one)} ${contents(one.use, `$defaultignore{ } $lvmok{ }${group} lv_name{ ${one.name} }`)} .`

function contents(use: InstallUse, tags: string): string {
  if (use.swap) return `linux-swap ${tags} method{ swap } format{ }`
  const fileSystem = use.fileSystem === 'vfat' ? 'fat32' : use.fileSystem
  const options = use.options === 'defaults' ? [] : use.options.split(',')
  return [
    ...[`${fileSystem} ${tags} method{ format } format{ } use_filesystem{ } filesystem{ ${fileSystem} }`],
    ...[`mountpoint{ ${use.mount} }`],
    ...options.map((option) => `options/${option}{ ${option} }`),
    ...(use.label === null ? [] : [`label{ ${use.label} }`]),
  ].join(' ')
}
