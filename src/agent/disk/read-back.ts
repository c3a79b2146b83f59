import { asyncSha256 } from '../../core/async-sha256.ts'
import { inParallel } from '../../core/in-parallel.ts'
import { chunkRange, type Manifest } from '../../image/manifest.ts'
import { ZEROS } from '../../protocol/agent-door.ts'
import type { ProgressMeter } from '../progress-meter.ts'
import { alignedBlocks } from './aligned-blocks.ts'
import type { TargetDisk } from './target-disk.ts'

const CHUNKS_AT_ONCE = 4

/** Reads every byte of the image from the medium: one digest a chunk, `zeros` where all bytes are zero. */
export async function readBack(manifest: Manifest, disk: TargetDisk, meter: ProgressMeter): Promise<string[]> {
  meter.begin('readingBack', manifest.size)
  await disk.settle()
  const zeros = Buffer.alloc(manifest.chunkSize)
  const digests = new Array<string>(manifest.chunks.length)
  const blocks = alignedBlocks(CHUNKS_AT_ONCE, manifest.chunkSize)
  await inParallel(manifest.chunks, CHUNKS_AT_ONCE, async (_chunk, index) => {
    const { offset, length } = chunkRange(manifest, index)
    const block = blocks.pop()!
    const bytes = block.subarray(0, length)
    await disk.read(bytes, offset)
    digests[index] = bytes.equals(zeros.subarray(0, length)) ? ZEROS : await asyncSha256(bytes)
    blocks.push(block)
    meter.add(length)
  })
  return digests
}
