import type { InstallStorage, InstallValues } from '../../domain/install/install-values.ts'
import { debianPackages } from '../accounts.ts'
import type { Release } from '../family.ts'
import { refusal } from '../refuse.ts'

/** Systems whose images differ in what cloud-init does not even out. */
export type ImageKind = 'debian' | 'redHat'
export type ImageRelease = Release & { kind: ImageKind }

const image = (name: string, title: string, kind: ImageKind): ImageRelease => ({ name, title, kind })

export const IMAGE_RELEASES: readonly [ImageRelease, ...ImageRelease[]] = [
  image('almalinux-9', 'AlmaLinux 9', 'redHat'),
  image('almalinux-10', 'AlmaLinux 10', 'redHat'),
  image('rocky-9', 'Rocky Linux 9', 'redHat'),
  image('rocky-10', 'Rocky Linux 10', 'redHat'),
  image('ubuntu-22.04', 'Ubuntu 22.04 LTS', 'debian'),
  image('ubuntu-24.04', 'Ubuntu 24.04 LTS', 'debian'),
  image('ubuntu-26.04', 'Ubuntu 26.04 LTS', 'debian'),
  image('debian-12', 'Debian 12', 'debian'),
  image('debian-13', 'Debian 13', 'debian'),
]

/** The disk of an image is divided before cloud-init starts: it can grow its root, and no more. Throws template.invalid. */
export function assertGrowsOnly({ disks, raid1, volumeGroups }: InstallStorage): void {
  const why = 'the disk of an image is divided already, and only its root grows'
  const [array, group, disk] = [raid1[0], volumeGroups[0], disks[1]]
  if (array) throw refusal('storage.raid1', `none, got ${array.name}: ${why}`)
  if (group) throw refusal('storage.volumeGroups', `none, got ${group.name}: ${why}`)
  if (disk) throw refusal('storage.disks', `one disk, got ${disk.name} too: ${why}`)
  for (const { name, use } of disks[0]?.partitions ?? []) {
    if (use.passphrase) throw refusal(`storage ${name}.encryption`, `none: ${why}`)
    if (!use.esp && !use.biosBoot && use.mount !== '/')
      throw refusal('storage.disks.install', `a root file system only, got ${name}: ${why}`)
  }
}

type PackageWords = { apt: object | null; files: object[]; packages: string[] }
type Kind = {
  packages(values: InstallValues): PackageWords
  kernelCommands(values: InstallValues): string[][]
}

/** The arguments as the words of one program, which no shell reads. */
const grubLine = 'printf "GRUB_CMDLINE_LINUX_DEFAULT=\\"\\$GRUB_CMDLINE_LINUX_DEFAULT %s\\"\\n" "$1" > "$2"'

export const IMAGE_KINDS: Readonly<Record<ImageKind, Kind>> = {
  debian: {
    packages: (values) => {
      const { mirror, proxy } = values.settings
      const primary = mirror === null ? {} : { primary: [{ arches: ['default'], uri: mirror }] }
      const apt = { ...primary, ...(proxy !== null && { http_proxy: proxy, https_proxy: proxy }) }
      return { apt: Object.keys(apt).length > 0 ? apt : null, files: [], packages: debianPackages(values) }
    },
    kernelCommands: ({ kernelArguments }) => [
      ['sh', '-c', grubLine, 'sh', kernelArguments.join(' '), '/etc/default/grub.d/90-slipway.cfg'],
      ['update-grub'],
    ],
  },
  redHat: {
    packages: ({ settings }) => {
      if (settings.mirror !== null)
        throw refusal('settings.mirror', `none: this image keeps its own repositories, got ${settings.mirror}`)
      const proxy = { path: '/etc/dnf/dnf.conf', append: true, content: `proxy=${settings.proxy}\n` }
      return { apt: null, files: settings.proxy === null ? [] : [proxy], packages: settings.packages }
    },
    kernelCommands: ({ kernelArguments }) => [['grubby', '--update-kernel=ALL', `--args=${kernelArguments.join(' ')}`]],
  },
}
