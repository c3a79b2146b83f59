import type { RecipeBase } from './recipe.ts'

const MIB = 1024 * 1024
const SECTOR = 512

/** One partition: GPT type as sgdisk writes it, first sector and number of sectors of 512 bytes. */
export type Partition = { number: number; type: string; name: string; start: number; sectors: number }
/** A disk of `size` bytes; root is last, so that it can grow. */
export type DiskLayout = { size: number; biosGrub: Partition; esp: Partition; root: Partition }

/** The number of the root partition in every disk that a recipe makes. */
export const ROOT_PARTITION = 3

/** Where everything lies: 1 MiB free, 1 MiB for GRUB's core, the ESP, root up to the last MiB (backup GPT). */
export function planDisk(disk: RecipeBase['disk']): DiskLayout {
  const sectors = (mib: number): number => (mib * MIB) / SECTOR
  const rootStart = 2 + disk.espMiB
  return {
    size: disk.sizeMiB * MIB,
    biosGrub: { number: 1, type: 'EF02', name: 'bios-grub', start: sectors(1), sectors: sectors(1) },
    esp: { number: 2, type: 'EF00', name: 'esp', start: sectors(2), sectors: sectors(disk.espMiB) },
    root: {
      number: ROOT_PARTITION,
      type: '8304',
      name: 'root',
      start: sectors(rootStart),
      sectors: sectors(disk.sizeMiB - rootStart - 1),
    },
  }
}

/** First byte of a partition. */
export const byteOffset = (partition: Pick<Partition, 'start'>): number => partition.start * SECTOR
/** Length of a partition in bytes. */
export const byteLength = (partition: Pick<Partition, 'sectors'>): number => partition.sectors * SECTOR
