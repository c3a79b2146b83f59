import { asyncSha256 } from '../../core/async-sha256.ts'
import { inParallel } from '../../core/in-parallel.ts'
import type { Manifest } from '../../image/manifest.ts'
import type { WrittenReport } from '../../protocol/agent-door.ts'
import type { ChunkSource } from '../chunk-source.ts'
import type { ProgressMeter } from '../progress-meter.ts'
import { createFlusher, flushInterval } from './flusher.ts'
import { holeRuns, type Range } from './hole-runs.ts'
import type { TargetDisk } from './target-disk.ts'
import { unpackChunk } from './unpack-chunk.ts'

/** Where a backup partition table or a RAID signature of an earlier life may stand: the last bytes of the disk. */
const END_BYTES = 1 << 20
const CHUNKS_AT_ONCE = 6
const ZERO_BYTES = 256 << 20

type Chunk = NonNullable<Manifest['chunks'][number]>

/**
 * Makes the disk (`diskBytes` long) hold the image: holes and the disk's end become zeros first; then every chunk is
 * compared with what the disk has there and, where that differs, fetched, verified, unpacked and written, several at
 * once. So a redeployment fetches only what differs on the disk, and a run that was cut goes on where it was.
 */
export async function writeImage(
  manifest: Manifest,
  disk: TargetDisk,
  diskBytes: number,
  chunks: ChunkSource,
  meter: ProgressMeter,
): Promise<WrittenReport> {
  const started = performance.now()
  meter.begin('writing', manifest.size)
  const end = Math.max(manifest.size, diskBytes - END_BYTES)
  if (end < diskBytes) await disk.zero(end, diskBytes - end)
  const runs = holeRuns(manifest.chunks, manifest.chunkSize, manifest.size)
  for (const run of runs) await zeroInPieces(disk, run, meter)
  let [fetchedBytes, kept] = [0, 0]
  const full = manifest.chunks.flatMap((chunk, index) => (chunk ? [{ chunk, index }] : []))
  const flusher = createFlusher(disk, flushInterval(full.length * manifest.chunkSize))
  await inParallel(full, CHUNKS_AT_ONCE, async ({ chunk, index }) => {
    const offset = index * manifest.chunkSize
    const length = Math.min(manifest.chunkSize, manifest.size - offset)
    if (await holds(disk, chunk, offset, length)) kept += 1
    else {
      const stored = await chunks.fetch(chunk.digest, chunk.length)
      fetchedBytes += stored.length
      await disk.write(await unpackChunk(stored, chunk.digest, length), offset)
      await flusher.wrote(length)
    }
    meter.add(length)
  })
  const seconds = (performance.now() - started) / 1000
  return { chunks: full.length, kept, fetchedBytes, holes: runs.length, retries: chunks.retries, seconds }
}

/** A hole may be most of a large disk: whoever watches sees each piece of it done. */
async function zeroInPieces(disk: TargetDisk, run: Range, meter: ProgressMeter): Promise<void> {
  for (let done = 0; done < run.length; done += ZERO_BYTES) {
    const length = Math.min(ZERO_BYTES, run.length - done)
    await disk.zero(run.offset + done, length)
    meter.add(length)
  }
}

/**
 * Whether the disk has the chunk's bytes already. A blank disk is known without hashing. A sector that can not be read
 * is one to write: that lets a drive put a sound one in its place, and the read-back judges.
 */
async function holds(disk: TargetDisk, chunk: Chunk, offset: number, length: number): Promise<boolean> {
  const bytes = Buffer.from(new ArrayBuffer(length))
  const isReadable = await disk.read(bytes, offset).then(
    () => true,
    () => false,
  )
  return isReadable && !isBlank(bytes) && (await asyncSha256(bytes)) === chunk.raw
}

/** All bytes are zero: the first is, and each equals the next. */
const isBlank = (bytes: Buffer): boolean =>
  bytes[0] === 0 && bytes.compare(bytes, 1, bytes.length, 0, bytes.length - 1) === 0
