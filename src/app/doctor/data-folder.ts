import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatBytes } from '../../core/quantity.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import { type DoctorCheck, NO_DATABASE } from './doctor-check.ts'

/** Below the first a chunk or a database page may find no room; below the second one more image may not. */
const LEAST_BYTES = 1 << 30
const GOOD_BYTES = 10 * 2 ** 30

/** The data folder can be written, has room, and its database can be read. */
export const dataFolder: DoctorCheck = {
  id: 'data-folder',
  says: 'data folder writable, with room, its database readable',
  look: async ({ settings, data, whyNoData }) => {
    const folder = settings.dataFolder
    const isMade = (await stat(folder).catch(() => undefined)) !== undefined
    const at = await nearestFolder(folder)
    const isWritable = await access(at, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    )
    const { bavail, bsize } = await statfs(at)
    return [
      {
        about: folder,
        outcome: isWritable ? 'ok' : 'problem',
        expected: 'a folder that this user may write',
        got: `${isMade ? '' : 'not made yet, '}${isWritable ? 'writable' : 'not writable'}`,
        ...(isWritable ? {} : { remedy: 'Give this user the folder, or name another by dataFolder in slipway.yaml.' }),
      },
      judgeRoom(folder, bavail * bsize),
      ...(whyNoData ? [judgeDatabase(folder, whyNoData !== NO_DATABASE, whyNoData)] : []),
      ...(data ? [{ about: 'database', outcome: 'ok' as const, expected: 'readable', got: 'read' }] : []),
    ]
  },
}

async function nearestFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ? path : nearestFolder(dirname(path))
}

/** Free bytes against what an image needs. */
export function judgeRoom(folder: string, free: number): DoctorFinding {
  const outcome = free < LEAST_BYTES ? 'problem' : free < GOOD_BYTES ? 'warning' : 'ok'
  const remedy = { remedy: `Free some space at ${folder}, or move the data folder to a larger disk.` }
  const expected = `${formatBytes(GOOD_BYTES)} free for images`
  return { about: 'free space', outcome, expected, got: formatBytes(free), ...(outcome === 'ok' ? {} : remedy) }
}

const judgeDatabase = (folder: string, isBroken: boolean, why: string): DoctorFinding => ({
  about: 'database',
  outcome: isBroken ? 'problem' : 'skipped',
  expected: 'a database that can be read',
  got: why,
  remedy: isBroken
    ? `Run doctor as the user of the service; restore ${folder}/slipway.db if it is damaged.`
    : 'The first `slipway serve` makes it.',
})
