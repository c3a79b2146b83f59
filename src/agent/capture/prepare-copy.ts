import { AppError } from '../../core/errors.ts'
import { readPart } from '../../core/read-part.ts'
import { FILE_SYSTEM_BYTES, fileSystemOf } from '../../image/file-system.ts'
import { PARTITION_TABLE_BYTES, type Partition, partitionsOf, untoldPartitions } from '../../image/partition-table.ts'
import type { CapturedBoot, CapturedPart, GeneralisedReport } from '../../protocol/capture-door.ts'
import type { Range } from '../disk/hole-runs.ts'
import type { DiskCopy } from './disk-copy.ts'
import type { SystemName } from './generalise-tree.ts'
import { PART_WAYS, type PartFacts } from './part-ways.ts'
import { bytesOf } from './unused-ranges.ts'
import { unusedOf } from './used-blocks.ts'

const WORK_FOLDER = '/run'
/** Where an MBR keeps the program that a BIOS starts. */
const BOOT_CODE_BYTES = 440
const NO_ROOT = { rootPartition: null, fileSystem: null, kernel: null, seed: 'none' as const }

/** A copy that may be anybody's: what was found and done, and which of its bytes nothing uses, in order. */
export type PreparedCopy = { report: GeneralisedReport; unused: Range[] }

/** One part of the disk, looked at and generalised. */
type Found = { part: CapturedPart; unused: Range[]; facts: PartFacts }

/**
 * Generalises every file system of a disk's copy and finds its unused blocks. Throws capture.nothing_there on a disk without
 * any, capture.not_generalised on what nobody here can generalise, capture.not_clean on what was not shut down.
 */
export async function prepareCopy(
  copy: DiskCopy,
  bytes: number,
  name: SystemName,
  log: (line: string) => void,
): Promise<PreparedCopy> {
  const head = await readPart(copy.path, { offset: 0, length: PARTITION_TABLE_BYTES })
  const untold = untoldPartitions(head, bytes)
  if (untold)
    throw new AppError(
      'capture.not_generalised',
      `expected a table whose partitions can all be looked at, got ${untold}`,
    )
  const found: Found[] = []
  for (const partition of partitionsOf(head, bytes)) found.push(await lookAt(copy, partition, name, log))
  if (!found.some(({ part }) => part.fileSystem !== null))
    throw new AppError('capture.nothing_there', `expected a file system on the disk, got ${found.length} parts without`)
  const firmware: CapturedBoot['firmware'] = [
    ...(head.subarray(0, BOOT_CODE_BYTES).some((byte) => byte !== 0) ? ['bios' as const] : []),
    ...(found.some(({ facts }) => facts.hasLoader) ? ['uefi' as const] : []),
  ]
  const root = found.find(({ facts }) => facts.boot)?.facts
  const unused = found.flatMap((one) => one.unused).sort((one, other) => one.offset - other.offset)
  const boot = { firmware, ...NO_ROOT, ...root?.boot }
  return { report: { parts: found.map(({ part }) => part), boot, manifest: root?.manifest ?? null }, unused }
}

async function lookAt(
  copy: DiskCopy,
  partition: Partition,
  name: SystemName,
  log: (line: string) => void,
): Promise<Found> {
  const { number, offset, length } = partition
  const device = await copy.part(partition)
  const head = await readPart(device, { offset: 0, length: Math.min(FILE_SYSTEM_BYTES, length) })
  const fileSystem = fileSystemOf(head)
  const facts = (fileSystem && (await PART_WAYS[fileSystem]?.(device, partition, name))) ?? {
    system: null,
    removed: [],
  }
  const unused = await unusedOf(device, fileSystem, length, WORK_FOLDER)
  const { system, removed } = facts
  const usedBytes = length - bytesOf(unused)
  const gone = removed.length > 0 ? `, without its ${removed.join(', ')}` : ''
  log(`part ${number}: ${fileSystem ?? 'no known file system'}, ${usedBytes} bytes used${gone}`)
  return {
    part: { part: number, fileSystem: fileSystem ?? null, bytes: length, usedBytes, system, removed },
    unused: unused.map((range) => ({ offset: offset + range.offset, length: range.length })),
    facts,
  }
}
