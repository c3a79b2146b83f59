const SECTOR = 512
const PROTECTIVE = 0xee
/** What an MBR calls a partition that holds others: CHS, LBA, Linux. */
const EXTENDED = [0x05, 0x0f, 0x85]

/**
 * Bytes that a disk must have for the partition table in its first 1024 bytes: up to the backup GPT (UEFI 2.10 §5.3.2)
 * or the end of the last MBR partition (§5.2.1). Undefined when there is no table. 512-byte sectors only.
 */
export function statedDiskBytes(head: Uint8Array): number | undefined {
  if (head.length < 2 * SECTOR) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const isGpt = Buffer.from(head.subarray(SECTOR, SECTOR + 8)).toString('latin1') === 'EFI PART'
  if (isGpt) return (Number(view.getBigUint64(SECTOR + 32, true)) + 1) * SECTOR
  if (view.getUint16(510, true) !== 0xaa55) return undefined
  const ends = [446, 462, 478, 494]
    .filter((at) => view.getUint8(at + 4) !== 0 && view.getUint8(at + 4) !== PROTECTIVE)
    .map((at) => (view.getUint32(at + 8, true) + view.getUint32(at + 12, true)) * SECTOR)
  return ends.length > 0 ? Math.max(...ends) : undefined
}

/** A part of a disk that may hold a file system. Bytes; `number` as the system counts them, 1-based. */
export type Partition = { number: number; offset: number; length: number }

/** Bytes from the start of a disk that `partitionsOf` wants: MBR, GPT header and 128 entries. */
export const PARTITION_TABLE_BYTES = 34 * SECTOR

/** The partitions of a GPT (UEFI 2.10 §5.3.3) or the primary ones of an MBR; of a disk without either, the whole as number 0. */
export function partitionsOf(head: Uint8Array, diskBytes: number): Partition[] {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const isInside = ({ offset, length }: Partition): boolean => length > 0 && offset + length <= diskBytes
  if (Buffer.from(head.subarray(SECTOR, SECTOR + 8)).toString('latin1') === 'EFI PART')
    return gptEntries(view).filter(isInside)
  if (head.length < SECTOR || view.getUint16(510, true) !== 0xaa55) return [{ number: 0, offset: 0, length: diskBytes }]
  const primary = [446, 462, 478, 494].map((at, index) => ({
    number: index + 1,
    offset: view.getUint32(at + 8, true) * SECTOR,
    length: view.getUint8(at + 4) === 0 ? 0 : view.getUint32(at + 12, true) * SECTOR,
  }))
  return primary.filter(isInside)
}

/** Why `partitionsOf` does not tell all that is on a disk of `diskBytes`, in words; undefined when it does. */
export function untoldPartitions(head: Uint8Array, diskBytes: number): string | undefined {
  const isGpt = Buffer.from(head.subarray(SECTOR, SECTOR + 8)).toString('latin1') === 'EFI PART'
  const isMbr = !isGpt && head.length >= SECTOR && head[510] === 0x55 && head[511] === 0xaa
  const types = isMbr ? [446, 462, 478, 494].map((at) => head[at + 4]!) : []
  if (types.includes(PROTECTIVE)) return 'a GPT of sectors that are not 512 bytes'
  if (types.some((type) => EXTENDED.includes(type))) return 'an extended partition'
  const told = partitionsOf(head, diskBytes).toSorted((one, other) => one.offset - other.offset)
  if (told.length < partitionsOf(head, Number.MAX_SAFE_INTEGER).length) return 'a partition that ends behind the disk'
  const overlaps = told.some((part, at) => at > 0 && told[at - 1]!.offset + told[at - 1]!.length > part.offset)
  return overlaps ? 'partitions that overlap' : undefined
}

function gptEntries(view: DataView): Partition[] {
  const size = view.getUint32(SECTOR + 84, true)
  const first = Number(view.getBigUint64(SECTOR + 72, true)) * SECTOR
  const count = Math.min(view.getUint32(SECTOR + 80, true), 128)
  if (size < 128 || size > 4096) return []
  return Array.from({ length: count }, (_, index) => ({ number: index + 1, at: first + index * size }))
    .filter(({ at }) => at + 128 <= view.byteLength && view.getBigUint64(at, true) !== 0n)
    .map(({ number, at }) => {
      const [start, end] = [view.getBigUint64(at + 32, true), view.getBigUint64(at + 40, true)]
      return { number, offset: Number(start) * SECTOR, length: Number(end - start + 1n) * SECTOR }
    })
}
