import type { Range } from '../disk/hole-runs.ts'

/**
 * The bytes that a file system does not use, from the map that `partclone.<file system> --domain` writes: lines of position,
 * size and `+` (used) or `?` (not used), as GNU ddrescue's mapfile has them. `offset`: what the positions begin with.
 */
export function parseUsageMap(text: string, offset: number): Range[] {
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  // The first row is the position of a copy that goes on, which there is none of.
  return rows.slice(1).flatMap((row) => {
    const [position, length, mark] = row.trim().split(/\s+/)
    return mark === '?' ? [{ offset: Number(position) - offset, length: Number(length) }] : []
  })
}

/** How many bytes the ranges have together. */
export const bytesOf = (ranges: readonly Range[]): number => ranges.reduce((sum, { length }) => sum + length, 0)

/**
 * Makes the unused part of a block of the disk zeros: what it holds is of no use to anyone, and may be what somebody
 * deleted. Answers whether any of the block is used. `unused` in the order of the disk.
 */
export function createBlanker(unused: readonly Range[]) {
  const firstAfter = (offset: number): number => {
    let [low, high] = [0, unused.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (unused[middle]!.offset + unused[middle]!.length <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
  const overlaps = (offset: number, length: number): Range[] => {
    const found: Range[] = []
    for (let at = firstAfter(offset); at < unused.length && unused[at]!.offset < offset + length; at += 1) {
      const from = Math.max(offset, unused[at]!.offset)
      const until = Math.min(offset + length, unused[at]!.offset + unused[at]!.length)
      found.push({ offset: from, length: until - from })
    }
    return found
  }
  return {
    isUnused: (offset: number, length: number): boolean => bytesOf(overlaps(offset, length)) === length,
    blank: (block: Buffer, offset: number): void => {
      for (const range of overlaps(offset, block.length))
        block.fill(0, range.offset - offset, range.offset - offset + range.length)
    },
  }
}
export type Blanker = ReturnType<typeof createBlanker>
