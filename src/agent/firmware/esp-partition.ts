import * as z from 'zod'
import { AppError } from '../../core/errors.ts'

/** Partition type of an EFI system partition (UEFI 2.10 table 5.7). */
const ESP_TYPE = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
const Table = z.object({
  partitiontable: z.object({ partitions: z.array(z.object({ node: z.string(), type: z.string() })) }),
})

/**
 * The number of the EFI system partition in what `sfdisk --json` prints of `disk`. Numbers may have gaps: it is the one in
 * the partition's name, not its place in the list. Throws image.malformed where there is none.
 */
export function espPartition(json: string, disk: string): number {
  const { partitions } = Table.parse(JSON.parse(json)).partitiontable
  const esp = partitions.find(({ type }) => type.toUpperCase() === ESP_TYPE)
  const number = esp?.node.startsWith(disk) ? /^p?(\d+)$/.exec(esp.node.slice(disk.length))?.[1] : undefined
  if (number !== undefined) return Number(number)
  throw new AppError('image.malformed', `expected an EFI system partition on ${disk}, got ${esp?.node ?? 'none'}`)
}
