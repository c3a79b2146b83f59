import { AppError } from '../../core/errors.ts'
import type { Manifest } from '../../image/manifest.ts'
import type { WrittenReport } from '../../protocol/agent-door.ts'
import type { ChunkSource } from '../chunk-source.ts'
import { inParallel } from '../in-parallel.ts'
import type { ProgressMeter } from '../progress-meter.ts'
import { holeRuns } from './hole-runs.ts'
import type { TargetDisk } from './target-disk.ts'
import { unpackChunk } from './unpack-chunk.ts'

/** Where a backup partition table or a RAID signature of an earlier life may stand: the last bytes of the disk. */
const END_BYTES = 1 << 20
const CHUNKS_AT_ONCE = 8

/**
 * Writes the image to the disk (`diskBytes` long): holes and the disk's end become zeros first, then every chunk is
 * fetched, verified, unpacked and written, several at once. Nothing is read back here.
 */
export async function writeImage(
  manifest: Manifest,
  disk: TargetDisk,
  diskBytes: number,
  chunks: ChunkSource,
  meter: ProgressMeter,
): Promise<WrittenReport> {
  const started = performance.now()
  const runs = holeRuns(manifest.chunks, manifest.chunkSize, manifest.size)
  meter.begin('writing', manifest.size)
  const end = Math.max(manifest.size, diskBytes - END_BYTES)
  if (end < diskBytes) await disk.zero(end, diskBytes - end)
  for (const run of runs) {
    await disk.zero(run.offset, run.length)
    meter.add(run.length)
  }
  let fetchedBytes = 0
  const full = manifest.chunks.flatMap((chunk, index) => (chunk ? [{ chunk, index }] : []))
  await inParallel(full, CHUNKS_AT_ONCE, async ({ chunk, index }) => {
    const stored = await chunks.fetch(chunk.digest, chunk.length)
    fetchedBytes += stored.length
    const offset = index * manifest.chunkSize
    const raw = await unpackChunk(stored, chunk.digest, Math.min(manifest.chunkSize, manifest.size - offset))
    await disk.write(raw, offset).catch((cause: unknown) => {
      throw new AppError(
        'disk.write_failed',
        `${disk.path}: writing ${raw.length} bytes at ${offset} failed: ${cause}`,
        {},
        cause,
      )
    })
    meter.add(raw.length)
  })
  const seconds = (performance.now() - started) / 1000
  return { chunks: full.length, fetchedBytes, holes: runs.length, retries: chunks.retries, seconds }
}
