import { lstat, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { FILE_SYSTEM_BYTES, type FileSystemName, fileSystemOf } from '../../image/file-system.ts'
import { PARTITION_TABLE_BYTES, type Partition, partitionsOf, untoldPartitions } from '../../image/partition-table.ts'
import type { CapturedBoot, CapturedPart, GeneralisedReport } from '../../protocol/capture-door.ts'
import type { Range } from '../disk/hole-runs.ts'
import { runProgram } from '../run-program.ts'
import type { DiskCopy } from './disk-copy.ts'
import { generaliseTree, nameSystem, type SystemName } from './generalise-tree.ts'
import { placeOf, startFacts } from './linux-system.ts'
import { bytesOf } from './unused-ranges.ts'
import { unusedOf } from './used-blocks.ts'
import { judgeWindows } from './windows-system.ts'

const MOUNT_POINT = '/mnt/copy'
const WORK_FOLDER = '/run'
const E2FSCK_CORRECTED = 1
/** Where an MBR keeps the program that a BIOS starts. */
const BOOT_CODE_BYTES = 440
const UEFI_LOADER = 'EFI/BOOT/BOOTX64.EFI'

/** A copy that may be anybody's: what was found and done, and which of its bytes nothing uses, in order. */
export type PreparedCopy = { report: GeneralisedReport; unused: Range[] }

/** One part of the disk, looked at and generalised. */
type Found = { part: CapturedPart; unused: Range[]; boot: Partial<CapturedBoot>; hasLoader: boolean }

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
  const head = await readHead(copy.path, 0, PARTITION_TABLE_BYTES)
  const untold = untoldPartitions(head)
  if (untold)
    throw new AppError(
      'capture.not_generalised',
      `expected a table whose partitions can all be looked at, got ${untold}`,
    )
  const found: (Found & Partition)[] = []
  for (const partition of partitionsOf(head, bytes)) {
    const one = await lookAt(await copy.part(partition), partition, name)
    const { fileSystem, usedBytes, removed } = one.part
    const gone = removed.length > 0 ? `, without its ${removed.join(', ')}` : ''
    log(`part ${partition.number}: ${fileSystem ?? 'no known file system'}, ${usedBytes} bytes used${gone}`)
    found.push({ ...one, ...partition })
  }
  if (!found.some(({ part }) => part.fileSystem !== null))
    throw new AppError('capture.nothing_there', `expected a file system on the disk, got ${found.length} parts without`)
  const firmware: CapturedBoot['firmware'] = [
    ...(head.subarray(0, BOOT_CODE_BYTES).some((byte) => byte !== 0) ? ['bios' as const] : []),
    ...(found.some(({ hasLoader }) => hasLoader) ? ['uefi' as const] : []),
  ]
  const nothing = { rootPartition: null, fileSystem: null, kernel: null, seed: 'none' as const }
  const boot = found.find((one) => one.boot.rootPartition !== undefined)?.boot ?? {}
  const unused = found
    .flatMap((one) => one.unused.map((range) => ({ offset: one.offset + range.offset, length: range.length })))
    .sort((one, other) => one.offset - other.offset)
  return { report: { parts: found.map(({ part }) => part), boot: { firmware, ...nothing, ...boot } }, unused }
}

/** What is done about each file system; those that are not here are taken as they are, all but their zeros. */
const WAYS: Partial<Record<FileSystemName, (device: string, part: Partition, name: SystemName) => Promise<Way>>> = {
  ext: generaliseExt,
  fat: async (device) => ({ ...NOTHING_DONE, hasLoader: await mounted(device, 'vfat', ['-o', 'ro'], hasLoader) }),
  ntfs: async (device) => ({ ...NOTHING_DONE, system: await judgeWindows(device) }),
  xfs: refuse,
  btrfs: refuse,
  lvm: refuse,
  luks: refuse,
  bitlocker: refuse,
}

type Way = { system: CapturedPart['system']; removed: string[]; boot: Partial<CapturedBoot>; hasLoader: boolean }
const NOTHING_DONE: Way = { system: null, removed: [], boot: {}, hasLoader: false }

async function lookAt(device: string, partition: Partition, name: SystemName): Promise<Found> {
  const { number, length } = partition
  const fileSystem = fileSystemOf(await readHead(device, 0, Math.min(FILE_SYSTEM_BYTES, length)))
  const way = fileSystem && WAYS[fileSystem]
  const { system, removed, boot, hasLoader } = way ? await way(device, partition, name) : NOTHING_DONE
  const unused = await unusedOf(device, fileSystem, length, WORK_FOLDER)
  const usedBytes = length - bytesOf(unused)
  const part = { part: number, fileSystem: fileSystem ?? null, bytes: length, usedBytes, system, removed }
  return { part, unused, boot, hasLoader }
}

/** Nobody here can look for a machine's keys in it, so it does not leave the machine. */
async function refuse(device: string, { number }: Partition): Promise<Way> {
  const name = fileSystemOf(await readHead(device, 0, FILE_SYSTEM_BYTES))
  throw new AppError(
    'capture.not_generalised',
    `expected ext, FAT, NTFS or swap, which can be generalised, got ${name} on part ${number}`,
  )
}

async function generaliseExt(device: string, { number }: Partition, name: SystemName): Promise<Way> {
  // The journal is played into the copy: the disk itself keeps what it has.
  await runProgram('e2fsck', ['-f', '-p', device], '', [0, E2FSCK_CORRECTED]).catch((cause: unknown) => {
    throw new AppError('capture.not_clean', `expected an ext that e2fsck can mend alone, got: ${cause}`, {}, cause)
  })
  return mounted(device, 'ext4', [], async (root) => {
    const place = await placeOf(root)
    if (place === undefined) return NOTHING_DONE
    const removed = await generaliseTree(root, place)
    if (place !== '') return { ...NOTHING_DONE, system: 'linux', removed }
    await nameSystem(root, name)
    const rootPartition = number === 0 ? null : number
    const boot = { rootPartition, fileSystem: 'ext4' as const, ...(await startFacts(root)) }
    return { system: 'linux', removed, boot, hasLoader: false }
  })
}

const hasLoader = (root: string): Promise<boolean> =>
  lstat(join(root, UEFI_LOADER)).then(
    () => true,
    () => false,
  )

async function mounted<T>(device: string, type: string, options: string[], use: (root: string) => Promise<T>) {
  await mkdir(MOUNT_POINT, { recursive: true })
  await runProgram('mount', ['-t', type, ...options, device, MOUNT_POINT])
  try {
    return await use(MOUNT_POINT)
  } finally {
    await runProgram('umount', [MOUNT_POINT])
  }
}

async function readHead(path: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    return (await handle.read(Buffer.alloc(length), 0, length, position)).buffer
  } finally {
    await handle.close()
  }
}
