import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatBytes } from '../../core/quantity.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { DatabaseState, DoctorCheck } from './doctor-check.ts'

/** Below the first a chunk or a database page may find no room; below the second one more image may not. */
const LEAST_BYTES = 1 << 30
const GOOD_BYTES = 10 * 2 ** 30

/** The data folder can be written, has room, and its database can be read. */
export const dataFolder: DoctorCheck = {
  id: 'data-folder',
  says: 'data folder writable, with room, its database readable',
  look: async ({ settings, database, whyNoData }) => {
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
      judgeDatabase(folder, database, whyNoData),
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

/** How the database was found; `why` where nothing could be read. */
export function judgeDatabase(folder: string, state: DatabaseState, why: string | undefined): DoctorFinding {
  const { remedy, ...row } = DATABASE[state]
  const found = { about: 'database', expected: 'readable, as new as this program', got: why ?? 'read', ...row }
  return { ...found, ...(remedy === undefined ? {} : { remedy: remedy.replace('{folder}', () => folder) }) }
}

const DATABASE: Readonly<Record<DatabaseState, Pick<DoctorFinding, 'outcome' | 'remedy'> & { got?: string }>> = {
  none: { outcome: 'skipped', remedy: 'The first `slipway serve` makes it.' },
  read: { outcome: 'ok' },
  older: {
    outcome: 'warning',
    got: 'older than this program',
    remedy:
      'The next `slipway serve` of this version brings it up to date; checks that need it may be skipped until then.',
  },
  busy: { outcome: 'warning', remedy: 'Another process keeps it locked: try again.' },
  broken: {
    outcome: 'problem',
    remedy: 'Run doctor as the user of the service; restore {folder}/slipway.db if it is damaged.',
  },
}
