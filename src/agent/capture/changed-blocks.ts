import { AppError } from '../../core/errors.ts'

/** The changes of a copy: which blocks of the disk have other bytes, and where these are in the file of changes. Bytes. */
export type ChangedBlocks = { blockBytes: number; placeOf: ReadonlyMap<number, number> }

const SECTOR = 512
const HEADER_BYTES = 16
const ENTRY_BYTES = 16
/** `SnAp`, as the kernel writes it. */
const MAGIC = 0x70416e53
/** The header takes one block; each area of entries is one, too, and the blocks that it tells of follow it. */
const HEADER_BLOCKS = 1

/**
 * Reads the store of a device-mapper snapshot (Linux, drivers/md/dm-snap-persistent.c, version 1): a header, then areas of
 * entries of two 64-bit numbers, a block of the disk and a block of the store; a zero ends them. Throws
 * capture.too_many_changes when the kernel gave the snapshot up.
 */
export async function readChangedBlocks(
  read: (offset: number, bytes: number) => Promise<Buffer>,
): Promise<ChangedBlocks> {
  const header = await read(0, HEADER_BYTES)
  const [magic, valid, version, sectors] = [0, 4, 8, 12].map((at) => header.readUInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ]
  if (magic !== MAGIC || version !== 1)
    throw new AppError('program.failed', `expected a snapshot’s store of version 1, got ${header.toString('hex')}`)
  if (valid !== 1)
    throw new AppError(
      'capture.too_many_changes',
      'expected the changes of generalising to fit into memory, they did not',
    )
  const blockBytes = sectors * SECTOR
  const entries = blockBytes / ENTRY_BYTES
  const placeOf = new Map<number, number>()
  for (let area = 0; ; area += 1) {
    const table = await read((HEADER_BLOCKS + area * (entries + 1)) * blockBytes, blockBytes)
    for (let at = 0; at < table.length; at += ENTRY_BYTES) {
      const place = Number(table.readBigUInt64LE(at + 8))
      if (place === 0) return { blockBytes, placeOf }
      placeOf.set(Number(table.readBigUInt64LE(at)) * blockBytes, place * blockBytes)
    }
  }
}

/** The changed blocks that a stretch of the disk has, each with its place in the file of changes. */
export function changesIn(
  { blockBytes, placeOf }: ChangedBlocks,
  offset: number,
  length: number,
): { offset: number; place: number }[] {
  const found: { offset: number; place: number }[] = []
  for (let at = Math.floor(offset / blockBytes) * blockBytes; at < offset + length; at += blockBytes) {
    const place = placeOf.get(at)
    if (place !== undefined) found.push({ offset: at, place })
  }
  return found
}
