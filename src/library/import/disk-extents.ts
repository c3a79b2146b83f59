import { execa } from 'execa'
import { z } from 'zod'

/** A part of a disk that may hold other bytes than zeros. Bytes. */
export type Extent = { start: number; length: number }

const map = z.array(z.object({ start: z.int(), length: z.int(), zero: z.boolean() }))
const MAP_TIMEOUT_MS = 120_000

/**
 * The parts of a raw file of `size` bytes that the file system keeps, in order. Node has no SEEK_HOLE, qemu-img has;
 * without it, or on a file system that cannot tell, the whole file is one extent.
 */
export async function dataExtents(file: string, size: number, signal?: AbortSignal): Promise<Extent[]> {
  const whole = [{ start: 0, length: size }]
  try {
    const { stdout } = await execa('qemu-img', ['map', '--output=json', '-f', 'raw', file], {
      timeout: MAP_TIMEOUT_MS,
      stdin: 'ignore',
      ...(signal && { cancelSignal: signal }),
    })
    return map.parse(JSON.parse(stdout)).filter((extent) => !extent.zero)
  } catch (error) {
    if (signal?.aborted) throw error
    return whole
  }
}

/** Answers, for ranges asked in rising order, whether any extent touches them. */
export function createExtentWalk(extents: Extent[]): (offset: number, length: number) => boolean {
  let at = 0
  return (offset, length) => {
    while (at < extents.length && extents[at]!.start + extents[at]!.length <= offset) at += 1
    const next = extents[at]
    return next !== undefined && next.start < offset + length
  }
}
