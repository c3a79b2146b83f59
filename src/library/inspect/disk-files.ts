import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { readPart } from '../../core/read-part.ts'
import { FILE_SYSTEM_BYTES, type FileSystemName, fileSystemOf } from '../../image/file-system.ts'
import { PARTITION_TABLE_BYTES, type Partition, partitionsOf } from '../../image/partition-table.ts'
import { runConfined } from '../import/confined.ts'

/** A partition of a raw disk file and the file system in it. */
export type DiskPart = Partition & { fileSystem: FileSystemName | undefined }

const MEMORY_BYTES = 2 * 1024 ** 3
const TIMEOUT_MS = 30 * 60 * 1000

/** How the files of each file system are read without a mount: the program, and its words for a folder of it. */
const READERS = {
  ext: (part: Partition, from: string) => ['debugfs', ['-R', `rdump "${from}" /out`, `/disk?offset=${part.offset}`]],
  fat: (part: Partition, from: string) => [
    'mcopy',
    ['-s', '-n', '-Q', '-i', `/disk@@${part.offset}`, `::${from}`, '/out'],
  ],
} as const satisfies Partial<Record<FileSystemName, (part: Partition, from: string) => readonly [string, string[]]>>

/** File systems whose files can be read here. */
export const isReadable = (name: FileSystemName | undefined): name is keyof typeof READERS =>
  name !== undefined && name in READERS

/** The parts of a raw disk file of `size` bytes, and what is in them. */
export async function diskParts(disk: string, size: number): Promise<DiskPart[]> {
  const parts = partitionsOf(await readPart(disk, { offset: 0, length: PARTITION_TABLE_BYTES }), size)
  return Promise.all(
    parts.map(async (part) => ({
      ...part,
      fileSystem: fileSystemOf(await readPart(disk, { offset: part.offset, length: FILE_SYSTEM_BYTES })),
    })),
  )
}

/**
 * Copies a folder out of a part's file system into `folder`, which is made, without a mount: the program sees the disk file and
 * that folder only. What comes out may hold links that lead anywhere: walk it without following them. Throws program.failed.
 */
export async function copyOut(disk: string, part: DiskPart, from: string, folder: string): Promise<void> {
  if (!isReadable(part.fileSystem)) return
  const [program, args] = READERS[part.fileSystem](part, from)
  await mkdir(folder, { recursive: true })
  await runConfined({
    ...{ program, args, read: { '/disk': disk }, write: { '/out': folder } },
    bounds: { memoryBytes: MEMORY_BYTES, fileBytes: part.length, timeoutMs: TIMEOUT_MS },
  })
}

/** A work folder below `folder`/tmp that goes when `use` ends. */
export async function withWorkFolder<T>(folder: string, name: string, use: (work: string) => Promise<T>): Promise<T> {
  const work = join(folder, 'tmp', name)
  await mkdir(work, { recursive: true })
  try {
    return await use(work)
  } finally {
    await execa('chmod', ['-R', 'u+rwX', work], { reject: false })
    await rm(work, { recursive: true, force: true })
  }
}
