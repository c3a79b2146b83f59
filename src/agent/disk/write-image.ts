import { asyncSha256 } from '../../core/async-sha256.ts'
import type { Manifest } from '../../image/manifest.ts'
import type { WrittenReport } from '../../protocol/agent-door.ts'
import type { ProgressMeter } from '../progress-meter.ts'
import { alignedBlocks } from './aligned-blocks.ts'
import type { ChunkJob, ChunkSupply } from './chunk-supply.ts'
import { createFlusher, flushInterval } from './flusher.ts'
import { holeRuns, type Range } from './hole-runs.ts'
import type { TargetDisk } from './target-disk.ts'

/** Where a backup partition table or a RAID signature of an earlier life may stand: the last bytes of the disk. */
const END_BYTES = 1 << 20
const CHUNKS_AT_ONCE = 6
const ZERO_BYTES = 256 << 20

type Block = Buffer<ArrayBuffer>

/**
 * Makes the disk (`diskBytes` long) hold the image: holes and the disk's end become zeros first; then every chunk is
 * compared with what the disk has there and, where that differs, fetched, verified, unpacked and written, several at
 * once. So a redeployment fetches only what differs on the disk, and a run that was cut goes on where it was.
 */
export async function writeImage(
  manifest: Manifest,
  disk: TargetDisk,
  diskBytes: number,
  openSupply: () => Promise<ChunkSupply>,
  meter: ProgressMeter,
): Promise<WrittenReport> {
  const started = performance.now()
  meter.begin('writing', manifest.size)
  const end = Math.max(manifest.size, diskBytes - END_BYTES)
  if (end < diskBytes) await disk.zero(end, diskBytes - end)
  const runs = holeRuns(manifest.chunks, manifest.chunkSize, manifest.size)
  for (const run of runs) await zeroInPieces(disk, run, meter)
  // Zeroing may take minutes, in which peers would wait for what is ours to fetch.
  const supply = await openSupply()
  let [chunks, kept] = [0, 0]
  const full = manifest.chunks.filter((chunk) => chunk !== null).length
  const flusher = createFlusher(disk, flushInterval(full * manifest.chunkSize))
  const one = async (job: ChunkJob, block: Block): Promise<void> => {
    chunks += 1
    if (await holds(disk, job, block)) {
      kept += 1
      supply.holds(job)
    } else {
      const bytes = await supply.fetch(job)
      block.set(bytes.raw)
      await disk.write(block, job.offset)
      supply.holds(job, bytes)
      await flusher.wrote(job.length)
    }
    meter.add(job.length)
  }
  await inLanes(alignedBlocks(CHUNKS_AT_ONCE, manifest.chunkSize), supply, one)
  const seconds = (performance.now() - started) / 1000
  const { bytes: fetchedBytes, peerBytes, retries } = supply.fetched
  return { chunks, kept, fetchedBytes, peerBytes, holes: runs.length, retries, seconds }
}

/** A lane for each block of memory. Stops starting and throws at the first failure. */
async function inLanes(
  blocks: Block[],
  supply: ChunkSupply,
  work: (job: ChunkJob, block: Block) => Promise<void>,
): Promise<void> {
  let failed = false
  const lane = async (block: Block): Promise<void> => {
    for (let job = await supply.next(); job && !failed; job = await supply.next()) {
      await work(job, block.subarray(0, job.length)).catch((error: unknown) => {
        failed = true
        throw error
      })
    }
  }
  await Promise.all(blocks.map(lane))
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
async function holds(disk: TargetDisk, { chunk, offset }: ChunkJob, bytes: Block): Promise<boolean> {
  const isReadable = await disk.read(bytes, offset).then(
    () => true,
    () => false,
  )
  return isReadable && !isBlank(bytes) && (await asyncSha256(bytes)) === chunk.raw
}

/** All bytes are zero: the first is, and each equals the next. */
const isBlank = (bytes: Buffer): boolean =>
  bytes[0] === 0 && bytes.compare(bytes, 1, bytes.length, 0, bytes.length - 1) === 0
