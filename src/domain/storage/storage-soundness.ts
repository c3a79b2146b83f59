import type { LayoutUse, StorageParts } from './storage-parts.ts'

/** What is wrong with a layout: the field, and what was expected of it. */
export type LayoutProblem = { path: (string | number)[]; message: string }

type Layout = Pick<StorageParts, 'firmware' | 'disks' | 'raid1' | 'volumeGroups'>
type Place = {
  name: string
  size: string | undefined
  disk: string | undefined
  use: LayoutUse
  path: (string | number)[]
}
type Rule = (layout: Layout, places: readonly Place[]) => LayoutProblem[]

/** Everything that is wrong with a layout whatever the disks are; what does not fit is told by `planStorage`. */
export const explainStorage = (layout: Layout): LayoutProblem[] => {
  const places = placesOf(layout)
  return RULES.flatMap((rule) => rule(layout, places))
}

/** Every place that can hold something: partitions, arrays and volumes, with the way to their field. */
function placesOf({ disks, raid1, volumeGroups }: Layout): Place[] {
  const partitions = disks.flatMap(({ name: disk, partitions }, at) =>
    partitions.map((part, index) => ({ ...part, disk, path: ['disks', at, 'partitions', index] })),
  )
  const arrays = raid1.map((array, at) => ({ ...array, size: undefined, disk: undefined, path: ['raid1', at] }))
  const volumes = volumeGroups.flatMap(({ volumes }, at) =>
    volumes.map((volume, index) => ({ ...volume, disk: undefined, path: ['volumeGroups', at, 'volumes', index] })),
  )
  return [...partitions, ...arrays, ...volumes]
}

const repeated = <T>(all: readonly T[], keyOf: (one: T) => string | undefined): T[] => {
  const seen = new Set<string>()
  return all.filter((one) => {
    const key = keyOf(one)
    if (key === undefined) return false
    const isThere = seen.has(key)
    seen.add(key)
    return isThere
  })
}
const mountOf = ({ use }: Place): string | undefined => (use.as === 'fileSystem' ? use.mount : undefined)

const namesAreUnique: Rule = ({ disks, volumeGroups }, places) => [
  ...repeated(
    [
      ...places,
      ...disks.map(({ name }, at) => ({ name, path: ['disks', at] })),
      ...volumeGroups.map(({ name }, at) => ({ name, path: ['volumeGroups', at] })),
    ],
    ({ name }) => name,
  ).map(({ name, path }) => ({ path: [...path, 'name'], message: `expected a name of its own, got ${name} again` })),
]

const disksArePicked: Rule = ({ disks }) =>
  disks.flatMap(({ name, pick }, at): LayoutProblem[] => {
    const path = ['disks', at, 'pick']
    if (name === 'install')
      return pick ? [{ path, message: 'expected none: the profile’s installDisk picks the disk install' }] : []
    return pick ? [] : [{ path, message: `expected a rule that picks the disk ${name}` }]
  })

const installIsThere: Rule = ({ disks }) =>
  disks.some(({ name }) => name === 'install')
    ? []
    : [{ path: ['disks'], message: 'expected a disk install, got none' }]

const oneRest: Rule = ({ disks, volumeGroups }) => {
  const second = (parts: { size: string }[], path: (string | number)[]): LayoutProblem[] =>
    parts
      .flatMap(({ size }, index) => (size === 'rest' ? [index] : []))
      .slice(1)
      .map((index) => ({ path: [...path, index, 'size'], message: 'expected one rest at the most, got another' }))
  return [
    ...disks.flatMap(({ partitions }, at) => second(partitions, ['disks', at, 'partitions'])),
    ...volumeGroups.flatMap(({ volumes }, at) => second(volumes, ['volumeGroups', at, 'volumes'])),
  ]
}

const mountsAreUnique: Rule = (_layout, places) =>
  repeated(places, mountOf).map((place) => ({
    path: [...place.path, 'use', 'mount'],
    message: `expected a mount point of its own, got ${mountOf(place)} again`,
  }))

const rootIsThere: Rule = (_layout, places) =>
  places.some((place) => mountOf(place) === '/')
    ? []
    : [{ path: ['disks'], message: 'expected a file system that is mounted at /, got none' }]

const rootIsNoFat: Rule = (_layout, places) =>
  places.flatMap(({ use, path }) =>
    use.as === 'fileSystem' && use.mount === '/' && use.fileSystem === 'vfat'
      ? [
          {
            path: [...path, 'use', 'fileSystem'],
            message: 'expected a file system with owners and links for /, got vfat',
          },
        ]
      : [],
  )

const firmwareCanStart: Rule = ({ firmware, disks }, places) => {
  const at = disks.findIndex(({ name }) => name === 'install')
  const has = (as: LayoutUse['as']) => places.some((place) => place.disk === 'install' && place.use.as === as)
  if (at < 0) return []
  const path = ['disks', at, 'partitions']
  const missing = (kind: 'bios' | 'uefi', as: LayoutUse['as']): LayoutProblem[] =>
    firmware.includes(kind) && !has(as)
      ? [{ path, message: `expected a partition used as ${as}, because ${kind} is in firmware, got none` }]
      : []
  return [...missing('uefi', 'esp'), ...missing('bios', 'biosBoot')]
}

const espIsMountedOnce: Rule = (_layout, places) => [
  ...repeated(
    places.filter(({ use }) => use.as === 'esp'),
    ({ disk }) => disk,
  ).map(({ path }) => ({ path: [...path, 'use'], message: 'expected one esp on a disk, got another' })),
  ...places.flatMap((place) =>
    mountOf(place) === '/boot/efi'
      ? [{ path: [...place.path, 'use', 'mount'], message: 'expected the use esp for /boot/efi, got a file system' }]
      : [],
  ),
]

const arraysHaveMembers: Rule = ({ raid1 }, places) => {
  const known = new Set(raid1.map(({ name }) => name))
  const members = places.filter(({ use }) => use.as === 'raid')
  const arrayOf = ({ use }: Place) => (use.as === 'raid' ? use.array : '')
  const dangling = members
    .filter((member) => !known.has(arrayOf(member)))
    .map((member) => ({
      path: [...member.path, 'use', 'array'],
      message: `expected an array of raid1, got ${arrayOf(member)}`,
    }))
  return [
    ...dangling,
    ...raid1.flatMap(({ name }, at) =>
      explainArray(
        name,
        at,
        members.filter((one) => arrayOf(one) === name),
      ),
    ),
  ]
}

function explainArray(name: string, at: number, members: readonly Place[]): LayoutProblem[] {
  if (members.length < 2)
    return [{ path: ['raid1', at], message: `expected two members or more of ${name}, got ${members.length}` }]
  const [first] = members
  const unequal = members
    .filter(({ size }) => size !== first!.size)
    .map((member) => ({
      path: [...member.path, 'size'],
      message: `expected ${first!.size} as of ${first!.name}, the other member of ${name}, got ${member.size}`,
    }))
  const together = repeated(members, ({ disk }) => disk).map((member) => ({
    path: [...member.path, 'use', 'array'],
    message: `expected members of ${name} on disks of their own, got two on ${member.disk}`,
  }))
  return [...unequal, ...together]
}

const groupsHaveMembers: Rule = ({ volumeGroups }, places) => {
  const known = new Set(volumeGroups.map(({ name }) => name))
  const used = new Set(places.flatMap(({ use }) => (use.as === 'lvm' ? [use.group] : [])))
  const dangling = places.flatMap(({ use, path }) =>
    use.as === 'lvm' && !known.has(use.group)
      ? [{ path: [...path, 'use', 'group'], message: `expected a group of volumeGroups, got ${use.group}` }]
      : [],
  )
  const empty = volumeGroups.flatMap(({ name }, at) =>
    used.has(name) ? [] : [{ path: ['volumeGroups', at], message: `expected a member of ${name}, got none` }],
  )
  return [...dangling, ...empty]
}

/** Loaders read /boot before anybody has been asked for a secret. */
const bootIsPlain: Rule = (_layout, places) => {
  const holder = places.find((place) => mountOf(place) === '/boot') ?? places.find((place) => mountOf(place) === '/')
  if (!holder) return []
  const { use } = holder
  const group = holder.path[0] === 'volumeGroups' ? Number(holder.path[1]) : undefined
  const own = 'encryption' in use && use.encryption !== undefined
  return own || isGroupEncrypted(group, places, _layout)
    ? [
        {
          path: [...holder.path, 'use'],
          message: 'expected /boot outside of encryption, give it a partition of its own',
        },
      ]
    : []
}

const isGroupEncrypted = (group: number | undefined, places: readonly Place[], { volumeGroups }: Layout): boolean =>
  group !== undefined &&
  places.some(({ use }) => use.as === 'lvm' && use.group === volumeGroups[group]!.name && use.encryption !== undefined)

const RULES: readonly Rule[] = [
  ...[namesAreUnique, installIsThere, disksArePicked, oneRest, mountsAreUnique, rootIsThere, rootIsNoFat],
  ...[firmwareCanStart, espIsMountedOnce, arraysHaveMembers, groupsHaveMembers, bootIsPlain],
]
