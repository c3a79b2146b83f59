import type { Finding } from '../../domain/install/finding.ts'

type Told = Pick<Finding, 'severity' | 'message'>
const wrong = (message: string): Told => ({ severity: 'error', message })

/** Specifiers that partman and its parts read, and whether something stands between their braces. */
const SPECIFIERS: Readonly<Record<string, 'empty' | 'value' | 'either'>> = {
  ...{ $primary: 'empty', $bootable: 'empty', $default_filesystem: 'empty', $lvmok: 'empty', $lvmignore: 'empty' },
  ...{ $defaultignore: 'empty', $iflabel: 'value', $reusemethod: 'empty', $bios_boot: 'empty', $gptonly: 'empty' },
  ...{ method: 'value', format: 'empty', use_filesystem: 'empty', filesystem: 'value', mountpoint: 'value' },
  ...{ label: 'value', device: 'value', vg_name: 'value', in_vg: 'value', lv_name: 'value', raidid: 'value' },
  ...{ crypto_type: 'value', keytype: 'value', cipher: 'value', keysize: 'value', ivalgorithm: 'value' },
}
const METHODS = ['format', 'swap', 'keep', 'lvm', 'crypto', 'raid', 'efi', 'biosgrub', 'prep', 'newworld', 'boot']
const FILE_SYSTEMS = [
  ...['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'jfs', 'fat16', 'fat32', 'linux-swap', 'free', 'raid', 'swap', 'lvm'],
  ...['hfs', 'ext2r0', 'ntfs', 'f2fs', '$default_filesystem', 'ufs'],
]
/** Megabytes, a share of the memory, or both. */
const SIZE = /^(\d+(\+\d+%)?|\d+%)$/

/** Judges partman-auto/expert_recipe (partman-auto-recipe.txt of Debian's installer, §1). */
export function judgeRecipe(value: string): Told[] {
  const header = /^(.*?)\s*::?(?=\s|$)/.exec(value)
  if (!header || header[1] === '') return [wrong('expected NAME :: at the beginning of the recipe')]
  const words = value.slice(header[0].length).split(/\s+/).filter(Boolean)
  const ends = words.flatMap((word, at) => (word === '.' ? [at] : []))
  if (words.length === 0) return [wrong('expected a partition in the recipe, got none')]
  const rest = ends.at(-1) === words.length - 1 ? [] : [wrong('expected a dot at the end of each partition')]
  const parts = ends.map((end, at) => words.slice(at === 0 ? 0 : ends[at - 1]! + 1, end))
  return [...parts.flatMap(judgePart), ...rest]
}

function judgePart([least = '', priority = '', most = '', fileSystem = '', ...words]: string[]): Told[] {
  const shown = [least, priority, most, fileSystem].join(' ')
  if (!SIZE.test(least) || !/^\d+%?$/.test(priority) || !(SIZE.test(most) || most === '-1'))
    return [wrong(`expected least size, priority, most size and file system, got ${shown}`)]
  const plain = [least, most].every((size) => /^\d+$/.test(size))
  return [
    ...(plain && Number(most) < Number(least)
      ? [wrong(`expected no less than ${least} as the most, got ${most}`)]
      : []),
    ...(FILE_SYSTEMS.includes(fileSystem)
      ? []
      : [wrong(`expected a file system that partman knows, got ${fileSystem}`)]),
    ...judgeSpecifiers(words, shown),
  ]
}

function judgeSpecifiers(words: string[], shown: string): Told[] {
  const found = new Map<string, string>()
  const text = words.join(' ')
  const rest = text.replaceAll(/(\S+)\{([^{}]*)\}/g, (_all, name: string, value: string) => {
    found.set(name, value.trim())
    return ''
  })
  if (rest.trim() !== '') return [wrong(`expected specifiers like method{ format }, got ${rest.trim()} at ${shown}`)]
  const method = found.get('method')
  const told = [...found].flatMap(([name, value]) => {
    if (name.startsWith('options/')) return []
    const takes = SPECIFIERS[name]
    if (!takes) return [wrong(`expected a specifier that partman knows, got ${name}{ } at ${shown}`)]
    return (takes === 'empty') === (value === '')
      ? []
      : [
          wrong(
            `expected ${takes === 'empty' ? 'nothing' : 'a value'} in ${name}{ }, got ${value || 'nothing'} at ${shown}`,
          ),
        ]
  })
  return [
    ...told,
    ...(method === undefined ? [wrong(`expected method{ } of each partition, got none at ${shown}`)] : []),
    ...(method && !METHODS.includes(method) ? [wrong(`expected a method that partman knows, got ${method}`)] : []),
    ...(method === 'format' && !found.has('format')
      ? [wrong(`expected format{ } with method{ format } at ${shown}`)]
      : []),
  ]
}

/** Judges partman-auto-raid/recipe (partman-auto-raid-recipe.txt); `disks` is what partman-auto/disk says. */
export function judgeRaidRecipe(value: string, disks: readonly string[]): Told[] {
  const words = value.split(/\s+/).filter(Boolean)
  const ends = words.flatMap((word, at) => (word === '.' ? [at] : []))
  if (ends.at(-1) !== words.length - 1) return [wrong('expected a dot at the end of each array')]
  return ends.flatMap((end, at) => judgeArray(words.slice(at === 0 ? 0 : ends[at - 1]! + 1, end), disks))
}

function judgeArray(
  [level = '', count = '', spares = '', fileSystem, mount, devices, ...rest]: string[],
  disks: readonly string[],
) {
  if (devices === undefined || !/^\d+$/.test(count) || !/^\d+$/.test(spares))
    return [
      wrong(`expected level, devices, spares, file system, mount point and members, got ${level} ${count} ${spares}`),
    ]
  const members = devices.split('#')
  const named = members.filter((one) => !one.startsWith('raidid=') && one !== 'missing')
  const lost = named.find((one) => disks.length > 0 && !disks.some((disk) => one.startsWith(disk)))
  return [
    ...(['0', '1', '5', '6', '10'].includes(level) ? [] : [wrong(`expected a level 0, 1, 5, 6 or 10, got ${level}`)]),
    ...(named.length > 0 && members.length !== Number(count)
      ? [wrong(`expected ${count} members, got ${devices}`)]
      : []),
    ...(lost === undefined ? [] : [wrong(`expected members on ${disks.join(' ')}, got ${lost}`)]),
    ...(fileSystem && FILE_SYSTEMS.includes(fileSystem)
      ? []
      : [wrong(`expected a file system of the array, got ${fileSystem}`)]),
    ...(mount === '-' || mount?.startsWith('/') ? [] : [wrong(`expected a mount point or -, got ${mount}`)]),
    ...(Number(spares) > 0 && rest.length === 0 ? [wrong('expected the spare members, got none')] : []),
  ]
}
