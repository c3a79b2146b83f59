import type { Check } from '../domain/check.ts'
import { skipped } from './verdict.ts'

/** Share of the disk that the root file system must have; the rest is boot partitions and ext4's own tables. */
const LEAST_SHARE = 0.85
/** A disk hardly larger than the image has nothing to grow into. */
const ROOM_TO_GROW = 1.2

/** The root file system was grown over the disk. */
export const rootGrown: Check = {
  id: 'root-grown',
  says: 'The root file system fills the disk',
  judge: ({ facts, image, diskBytes }) => {
    if (image.rootPartition === null) return skipped('the image has no root partition to grow')
    if (diskBytes === undefined || diskBytes < image.bytes * ROOM_TO_GROW)
      return skipped('the disk is hardly larger than the image')
    const least = Math.floor(diskBytes * LEAST_SHARE)
    const outcome = facts.rootBytes >= least ? 'passed' : 'failed'
    return { outcome, expected: `at least ${least} bytes`, got: `${facts.rootBytes} bytes` }
  },
}
