import type { InstallStorage, InstallUse } from '../../domain/install/install-values.ts'

/** Numbers by which YaST knows what a partition is for. */
const PARTITION_IDS = { esp: 259, biosBoot: 263, linux: 131, swap: 130, lvm: 142, raid: 253 } as const

type Sized = { name: string; sizeMiB: number; rest: boolean; use: InstallUse }

/** The drives of a control file: disks, arrays and volume groups, each with what is on it. */
export function autoyastDrives({ disks, raid1, volumeGroups }: InstallStorage) {
  const pbkdf = hasOwnBoot(disks, raid1) ? 'argon2id' : 'pbkdf2'
  const drive = (type: string, device: string, partitions: object[]) => ({
    ...{ type, device, partitions, isDisk: type === 'CT_DISK', isArray: type === 'CT_MD' },
  })
  return [
    ...disks.map(({ path, partitions }) =>
      drive('CT_DISK', path, [
        ...partitions.map((part) => ({
          ...content(part.use, pbkdf),
          ...{ isNew: true, size: sizeOf(part), partitionId: idOf(part.use), volume: null },
        })),
      ]),
    ),
    ...raid1.map(({ name, use }) =>
      drive('CT_MD', arrayPath(name), [
        { ...content(use, pbkdf), isNew: false, size: null, partitionId: null, volume: null },
      ]),
    ),
    ...volumeGroups.map(({ name, volumes }) =>
      drive('CT_LVM', `/dev/${name}`, [
        ...volumes.map((volume) => ({
          ...content(volume.use, pbkdf),
          ...{ isNew: true, size: sizeOf(volume), partitionId: null, volume: volume.name },
        })),
      ]),
    ),
  ]
}

/** GRUB opens LUKS2 itself where /boot is encrypted too, and does not know Argon2. */
const hasOwnBoot = (disks: InstallStorage['disks'], raid1: InstallStorage['raid1']): boolean =>
  [...disks.flatMap(({ partitions }) => partitions), ...raid1].some(
    ({ use }) => use.mount === '/boot' && use.passphrase === null,
  )

const arrayPath = (name: string): string => `/dev/md/${name}`
const sizeOf = ({ sizeMiB, rest }: Sized): string => (rest ? 'max' : `${sizeMiB}MiB`)

function idOf({ esp, biosBoot, swap, group, array }: InstallUse): number {
  if (esp) return PARTITION_IDS.esp
  if (biosBoot) return PARTITION_IDS.biosBoot
  if (array !== null) return PARTITION_IDS.raid
  if (group !== null) return PARTITION_IDS.lvm
  return swap ? PARTITION_IDS.swap : PARTITION_IDS.linux
}

const content = ({ fileSystem, mount, options, label, swap, group, array, passphrase }: InstallUse, pbkdf: string) => ({
  ...{ format: swap || fileSystem !== null, fileSystem: swap ? 'swap' : fileSystem, mount: swap ? 'swap' : mount },
  ...{ options: options === 'defaults' ? null : options, label, passphrase, pbkdf },
  ...{ group, array: array === null ? null : arrayPath(array) },
})
