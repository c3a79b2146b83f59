import { AppError } from '../../core/errors.ts'
import type { TargetDisk } from '../disk/target-disk.ts'

/** Partition tables, boot sectors and nearly all file systems and RAID marks stand in the first or the last of these bytes. */
const LOOK_BYTES = 4 << 20

/** Throws disk.no_rule_match when a disk of `bytes` holds something at its start or its end. */
export async function assertEmpty(disk: TargetDisk, bytes: number): Promise<void> {
  const length = Math.min(LOOK_BYTES, bytes)
  for (const offset of [0, bytes - length]) {
    const part = Buffer.alloc(length)
    await disk.read(part, offset)
    if (part.every((byte) => byte === 0)) continue
    const message = `expected an empty disk, ${disk.path} is not: choose ERASE in the medium's menu to write it all the same`
    throw new AppError('disk.no_rule_match', message)
  }
}
