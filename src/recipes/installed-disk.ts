import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { FILE_SYSTEM_BYTES, fileSystemOf } from '../image/file-system.ts'
import type { BootFacts } from '../image/manifest.ts'
import { PARTITION_TABLE_BYTES, type Partition, partitionsOf } from '../image/partition-table.ts'
import type { BuildStep } from './build-step.ts'
import { quoteForDebugfs } from './debugfs.ts'
import { queryPackages } from './package-list.ts'

/** Holds nothing that was installed. */
const NO_SYSTEM: readonly string[] = ['swap']
const PACKAGE_DATABASE = '/var/lib/dpkg/status'

type Found = Partition & { fileSystem: string | undefined }

/** Throws recipe.failed unless a disk file has a file system, in a partition or as a whole: an installer that gave up leaves none. */
export async function checkInstalled(step: BuildStep, disk: string): Promise<void> {
  const found = await findFileSystems(disk)
  const all = found.map(({ number, fileSystem }) => `partition ${number} with ${fileSystem ?? 'none'}`).join(', ')
  if (found.some(({ fileSystem }) => fileSystem !== undefined && !NO_SYSTEM.includes(fileSystem))) return step.line(all)
  const isWhole = found.length === 1 && found[0]!.number === 0
  const got = isWhole
    ? 'no partition table, and none on the whole disk'
    : all || 'a partition table without a partition'
  throw step.fail(`expected the installer to leave a file system on the disk, got ${got}`)
}

/**
 * Looks into the root file system of an installed disk, unless it is none that debugfs reads: that the paths are there, and
 * which packages dpkg knows (`name=version`). Throws recipe.failed naming what is missing.
 */
export async function lookInside(
  step: BuildStep,
  disk: string,
  boot: Pick<BootFacts, 'fileSystem' | 'rootPartition'>,
  paths: readonly string[],
  workFolder: string,
): Promise<string[]> {
  const root = boot.fileSystem === 'ext4' && (await findFileSystems(disk)).find((one) => isRoot(one, boot))
  if (!root) {
    if (paths.length === 0) return []
    throw step.fail(`expected an ext4 that can hold the guaranteed ${paths.join(', ')}, got none`)
  }
  const ask = (command: string): Promise<string> =>
    step.run('debugfs', ['-R', command, `${disk}?offset=${root.offset}`], { both: true })
  const isThere = async (path: string): Promise<boolean> =>
    /^Inode: \d+/m.test(await ask(`stat ${quoteForDebugfs(path)}`))
  const missing: string[] = []
  for (const path of paths) if (!(await isThere(path))) missing.push(path)
  if (missing.length > 0) throw step.fail(`expected the guaranteed ${missing.join(', ')} on the disk, got none`)
  if (!(await isThere(PACKAGE_DATABASE))) return []
  const folder = join(workFolder, 'dpkg')
  await mkdir(folder)
  await ask(`dump ${PACKAGE_DATABASE} ${quoteForDebugfs(join(folder, 'status'))}`)
  return queryPackages(step, folder)
}

const isRoot = ({ number, fileSystem }: Found, { rootPartition }: Pick<BootFacts, 'rootPartition'>): boolean =>
  fileSystem === 'ext' && number === (rootPartition ?? 0)

async function findFileSystems(disk: string): Promise<Found[]> {
  const file = await open(disk)
  try {
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(length)
      await file.read(bytes, 0, length, offset)
      return bytes
    }
    const partitions = partitionsOf(await read(0, PARTITION_TABLE_BYTES), (await file.stat()).size)
    const look = async (one: Partition): Promise<Found> => {
      const fileSystem = fileSystemOf(await read(one.offset, FILE_SYSTEM_BYTES))
      return { ...one, fileSystem }
    }
    return await Promise.all(partitions.map(look))
  } finally {
    await file.close()
  }
}
