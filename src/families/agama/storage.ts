import type { InstallStorage, InstallUse } from '../../domain/install/install-values.ts'

/** Agama needs a size where a place grows, and takes the least that it may have. */
const LEAST = { min: '64 MiB' }

type Sized = { sizeMiB: number; rest: boolean }
const sizeOf = ({ sizeMiB, rest }: Sized) => (rest ? LEAST : `${sizeMiB} MiB`)

/** The storage part of a profile: each disk is found by its path, emptied, and divided anew; no other is touched. */
export function agamaStorage({ disks, raid1, volumeGroups }: InstallStorage) {
  const pbkdf = hasOwnBoot(disks, raid1) ? 'argon2id' : 'pbkdf2'
  const places = [...disks.flatMap(({ partitions }) => partitions), ...raid1]
  return {
    boot: { configure: false },
    drives: disks.map(({ path, partitions }) => ({
      ...{ search: path, ptableType: 'gpt' },
      partitions: [
        { search: '*', delete: true },
        ...partitions.map((part) => ({
          ...{ alias: part.name, id: idOf(part.use), size: sizeOf(part), ...content(part.use, pbkdf) },
        })),
      ],
    })),
    mdRaids: raid1.map(({ name, use, members }) => ({
      ...{ alias: name, name, level: 'raid1', devices: members, ...content(use, pbkdf) },
    })),
    volumeGroups: volumeGroups.map(({ name, volumes }) => ({
      name,
      physicalVolumes: places.filter(({ use }) => use.group === name).map((place) => place.name),
      logicalVolumes: volumes.map((volume) => ({
        ...{ name: volume.name, size: sizeOf(volume), ...content(volume.use, pbkdf) },
      })),
    })),
  }
}

/** GRUB opens LUKS2 itself where /boot is encrypted too, and does not know Argon2. */
const hasOwnBoot = (disks: InstallStorage['disks'], raid1: InstallStorage['raid1']): boolean =>
  [...disks.flatMap(({ partitions }) => partitions), ...raid1].some(
    ({ use }) => use.mount === '/boot' && use.passphrase === null,
  )

function idOf({ esp, biosBoot, swap, group, array }: InstallUse): string {
  if (esp) return 'esp'
  if (biosBoot) return 'bios_boot'
  if (array !== null) return 'raid'
  if (group !== null) return 'lvm'
  return swap ? 'swap' : 'linux'
}

const content = ({ fileSystem, mount, options, label, swap, passphrase }: InstallUse, pbkdFunction: string) => ({
  ...(passphrase !== null && { encryption: { luks2: { password: passphrase, pbkdFunction } } }),
  ...(swap && { filesystem: { type: 'swap', path: 'swap' } }),
  ...(fileSystem !== null && {
    filesystem: {
      ...{ type: fileSystem, path: mount },
      ...(label !== null && { label }),
      ...(options !== 'defaults' && { mountOptions: options.split(',') }),
    },
  }),
})
