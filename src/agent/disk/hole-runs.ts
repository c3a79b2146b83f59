/** A stretch of the disk, in bytes. */
export type Range = { offset: number; length: number }

/** The holes of an image (null chunks) as the fewest stretches, in order. `size` is the image's size in bytes. */
export function holeRuns(chunks: readonly (object | null)[], chunkSize: number, size: number): Range[] {
  const runs: Range[] = []
  chunks.forEach((chunk, index) => {
    if (chunk !== null) return
    const offset = index * chunkSize
    const length = Math.min(chunkSize, size - offset)
    const last = runs.at(-1)
    if (last && last.offset + last.length === offset) last.length += length
    else runs.push({ offset, length })
  })
  return runs
}
