import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { asyncSha256 } from '../../core/async-sha256.ts'
import { AppError } from '../../core/errors.ts'
import { inParallel } from '../../core/in-parallel.ts'
import { chunkRange } from '../../image/manifest.ts'
import { ZEROS } from '../../protocol/agent-door.ts'
import { alignedBlocks } from '../disk/aligned-blocks.ts'
import type { ProgressMeter } from '../progress-meter.ts'
import { changesIn } from './changed-blocks.ts'
import type { FrozenCopy } from './disk-copy.ts'
import type { Blanker } from './unused-ranges.ts'

/** A disk as it is captured: its bytes, cut into chunks, with what nothing uses as zeros. Sizes in bytes. */
export type ReadableCopy = { frozen: FrozenCopy; size: number; chunkSize: number; blanker: Blanker }
/** A chunk that has bytes: only until the work with it ends, then its memory is another chunk's. */
export type ReadChunk = { index: number; raw: string; bytes: Buffer<ArrayBuffer> }

const CHUNKS_AT_ONCE = 6

/**
 * Reads the disk past the page cache, and what was changed from memory. Answers with one digest a chunk, `zeros` for those
 * without bytes; `work` is done with every other chunk, several at once. Throws disk.read_failed with the place.
 */
export async function readCopy(
  copy: ReadableCopy,
  meter: ProgressMeter,
  work: (chunk: ReadChunk) => Promise<void> = async () => {},
  only?: ReadonlySet<number>,
): Promise<string[]> {
  const count = Math.ceil(copy.size / copy.chunkSize)
  const digests = new Array<string>(count).fill(ZEROS)
  const zeros = Buffer.alloc(copy.chunkSize)
  const blocks = alignedBlocks(CHUNKS_AT_ONCE, copy.chunkSize)
  const device = await openPastCache(copy.frozen.disk)
  const changes = await open(copy.frozen.changesFile, constants.O_RDONLY)
  const one = async (index: number): Promise<void> => {
    const { offset, length } = chunkRange(copy, index)
    if (!copy.blanker.isUnused(offset, length)) {
      const block = blocks.pop()!
      const bytes = block.subarray(0, length)
      await readAll(device, bytes, offset, copy.frozen.disk)
      await readChanges(changes, copy.frozen, bytes, offset)
      copy.blanker.blank(bytes, offset)
      if (!bytes.equals(zeros.subarray(0, length))) {
        const raw = await asyncSha256(bytes)
        digests[index] = raw
        await work({ index, raw, bytes })
      }
      blocks.push(block)
    }
    meter.add(length)
  }
  try {
    await inParallel(only ? [...only] : [...digests.keys()], CHUNKS_AT_ONCE, one)
    return digests
  } finally {
    await device.close()
    await changes.close()
  }
}

/** Not every file system lets itself be read past the cache; a disk does. */
const openPastCache = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_DIRECT).catch(() => open(path, constants.O_RDONLY))

/** Puts what the copy has instead into a block of the disk that begins at `offset`, which is the beginning of a change. */
async function readChanges(file: FileHandle, { changes, changesFile }: FrozenCopy, into: Buffer, offset: number) {
  for (const change of changesIn(changes, offset, into.length)) {
    const at = change.offset - offset
    await readAll(file, into.subarray(at, at + changes.blockBytes), change.place, changesFile)
  }
}

async function readAll(device: FileHandle, into: Buffer, offset: number, path: string): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await device.read(into, done, into.length - done, offset + done).catch((cause: unknown) => {
      const what = `${into.length} bytes at ${offset} of ${path}`
      throw new AppError('disk.read_failed', `expected to read ${what}, got: ${cause}`, {}, cause)
    })
    if (bytesRead === 0)
      throw new AppError('disk.read_failed', `expected ${into.length} bytes at ${offset}, ${path} ends after ${done}`)
    done += bytesRead
  }
}
