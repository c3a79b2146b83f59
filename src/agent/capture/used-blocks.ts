import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { FileSystemName } from '../../image/file-system.ts'
import type { Range } from '../disk/hole-runs.ts'
import { runProgram } from '../run-program.ts'
import { parseUsageMap } from './unused-ranges.ts'

/** The program that knows which blocks of a file system are used. */
const PROGRAMS: Partial<Record<FileSystemName, string>> = {
  ext: 'partclone.extfs',
  fat: 'partclone.fat',
  ntfs: 'partclone.ntfs',
}
const SWAP_HEADER = 4096

/**
 * The bytes of a part that nothing uses, in order; none where the file system is not known: then every byte that is not zero
 * counts. Throws capture.not_clean when the file system does not let itself be read.
 */
export async function unusedOf(
  device: string,
  fileSystem: FileSystemName | undefined,
  bytes: number,
  folder: string,
): Promise<Range[]> {
  // What was in memory once: no file, and nobody's business.
  if (fileSystem === 'swap') return [{ offset: SWAP_HEADER, length: bytes - SWAP_HEADER }]
  const program = fileSystem && PROGRAMS[fileSystem]
  if (!program) return []
  const map = join(folder, 'usage.map')
  try {
    await runProgram(program, ['--domain', '--source', device, '--output', map, '--logfile', '/dev/null'])
    return parseUsageMap(await readFile(map, 'utf8'), 0)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError(
      'capture.not_clean',
      `expected a ${fileSystem} that was cleanly shut down, got: ${why}`,
      {},
      cause,
    )
  } finally {
    await rm(map, { force: true })
  }
}
