import { AppError } from '../../core/errors.ts'
import { formatBytes } from '../../core/quantity.ts'
import type { Disk } from '../../domain/inventory.ts'

/**
 * The one disk that a medium may write: fixed, writable, large enough, and no medium itself (`media`: their devices). Where
 * there is none or more than one, nobody is there to ask, so nothing is written. Throws disk.none, disk.ambiguous; the message
 * tells of every disk why it is out or in. Sizes in bytes.
 */
export function chooseDisk(disks: readonly Disk[], media: ReadonlySet<string>, imageBytes: number): Disk {
  const judged = disks.filter(({ bytes }) => bytes > 0).map((disk) => ({ disk, out: whyOut(disk, media, imageBytes) }))
  const fitting = judged.filter(({ out }) => out === undefined)
  if (fitting.length === 1) return fitting[0]!.disk
  const seen = judged.map(({ disk, out }) => `${disk.name} (${formatBytes(disk.bytes)}): ${out ?? 'fits'}`).join('; ')
  const expected = `expected exactly one disk that fits, got ${fitting.length === 0 ? 'none' : fitting.length}`
  throw new AppError(fitting.length === 0 ? 'disk.none' : 'disk.ambiguous', `${expected}: ${seen || 'no disk at all'}`)
}

function whyOut(disk: Disk, media: ReadonlySet<string>, imageBytes: number): string | undefined {
  if (media.has(disk.name)) return 'is a deployment medium'
  if (disk.removable) return 'can be removed'
  if (disk.readOnly) return 'can not be written'
  if (disk.bytes < imageBytes) return `is smaller than the image, which is ${formatBytes(imageBytes)}`
  return undefined
}
