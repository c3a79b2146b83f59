import { AppError } from '../../core/errors.ts'
import type { Inventory } from '../../domain/inventory.ts'
import type { ChosenDisk } from '../../protocol/agent-door.ts'

/** The server chose from the inventory just sent; a disk that no longer fits it is not touched. Throws disk.no_rule_match. */
export function assertSameDisk(chosen: ChosenDisk, { disks }: Inventory): void {
  const disk = disks.find(({ name }) => name === chosen.name)
  if (disk && disk.bytes === chosen.bytes && disk.serial === chosen.serial) return
  throw new AppError('disk.no_rule_match', `expected the disk ${JSON.stringify(chosen)}, found ${JSON.stringify(disk)}`)
}
