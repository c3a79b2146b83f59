import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Inventory } from '../../domain/inventory.ts'
import { ZEROS } from '../../protocol/agent-door.ts'
import { CAPTURE_PATHS, CapturePlan, FinishedAnswer } from '../../protocol/capture-door.ts'
import { assertSameDisk } from '../disk/assert-same-disk.ts'
import type { Door } from '../door.ts'
import type { ProgressMeter } from '../progress-meter.ts'
import type { DiskCopy } from './disk-copy.ts'
import { prepareCopy } from './prepare-copy.ts'
import { type ReadableCopy, readCopy } from './read-copy.ts'
import { type ChunkSender, createChunkSender } from './send-chunks.ts'
import { createBlanker } from './unused-ranges.ts'

const MOST_ROUNDS = 3

/** What a capture needs. `devices` is the folder of device nodes. */
export type CaptureParts = {
  door: Door
  meter: ProgressMeter
  devices: string
  openCopy(disk: string, bytes: number): Promise<DiskCopy>
  log(line: string): void
}

/**
 * The whole capture: a copy in memory is generalised, its used blocks are read, what the library lacks is sent, and all is
 * read a second time. The disk is never written. Throws an AppError that says where it stopped.
 */
export async function capture(inventory: Inventory, parts: CaptureParts): Promise<void> {
  const { door, meter, log } = parts
  const { disk, chunkSize, image } = await door.call(CAPTURE_PATHS.plan, { inventory }, CapturePlan)
  assertSameDisk(disk, inventory)
  log(`capturing ${disk.name} (${disk.bytes} bytes) as ${image.name} ${image.version}`)
  meter.begin('capturing', disk.bytes)
  const copy = await parts.openCopy(`${parts.devices}/${disk.name}`, disk.bytes)
  try {
    const { report, unused } = await prepareCopy(copy, disk.bytes, image, log)
    await door.call(CAPTURE_PATHS.generalised, report, z.unknown())
    const frozen = await copy.freeze()
    log(`changed in memory: ${frozen.changes.placeOf.size * frozen.changes.blockBytes} bytes`)
    const readable = { frozen, size: disk.bytes, chunkSize, blanker: createBlanker(unused) }
    await readAndSend(readable, parts)
    const started = performance.now()
    meter.begin('rereading', disk.bytes)
    const digests = await readCopy(readable, meter)
    const seconds = (performance.now() - started) / 1000
    log(`read again in ${seconds.toFixed(1)} s`)
    await door.call(CAPTURE_PATHS.reread, { digests, seconds }, z.unknown())
  } finally {
    await copy.close()
  }
}

async function readAndSend(copy: ReadableCopy, { door, meter, log }: CaptureParts): Promise<void> {
  const started = performance.now()
  let sender = createChunkSender(door)
  const digests = await readCopy(copy, meter, sender.send)
  const full = digests.filter((digest) => digest !== ZEROS).length
  for (let rounds = 1; ; rounds += 1) {
    const { chunks: sentChunks, bytes: sentBytes } = sender.sent
    const seconds = (performance.now() - started) / 1000
    log(`read ${full} chunks of ${digests.length} in ${seconds.toFixed(1)} s, sent ${sentChunks} (${sentBytes} bytes)`)
    const told = { bytes: copy.size, digests, sentChunks, sentBytes, seconds }
    const { missing } = await door.call(CAPTURE_PATHS.finished, told, FinishedAnswer)
    if (missing.length === 0) return
    if (rounds === MOST_ROUNDS)
      throw new AppError(
        'image.chunk_missing',
        `expected the library to keep what it is sent, it lacks ${missing.length}`,
      )
    log(`${missing.length} chunks are missing in the library and are sent again`)
    sender = createChunkSender(door)
    const wanted = new Set(missing)
    const again = digests.flatMap((digest, index) => (wanted.delete(digest) ? [index] : []))
    await readCopy(copy, { ...meter, add: () => {} }, asBefore(digests, sender.send), new Set(again))
  }
}

/** A disk that reads otherwise each time would never be there whole. Throws capture.differs. */
const asBefore =
  (digests: readonly string[], send: ChunkSender['send']): ChunkSender['send'] =>
  (chunk) => {
    if (digests[chunk.index] === chunk.raw) return send(chunk)
    throw new AppError(
      'capture.differs',
      `expected chunk ${chunk.index} of the disk as it was read before, got another`,
    )
  }
