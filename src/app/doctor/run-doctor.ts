import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { hasCode } from '../../core/errors.ts'
import type { DoctorFinding, DoctorRow } from '../../domain/doctor.ts'
import { openStoreReadOnly, type Store } from '../../store/create-store.ts'
import { bare, type DoctorCheck, type DoctorData, type DoctorSubject, messageOf } from './doctor-check.ts'
import { DOCTOR_CHECKS } from './index.ts'

/** `onDone`: told of each check that has ended. `isService`: the running service looks at its own host. */
export type DoctorWay = { checks?: readonly DoctorCheck[]; isService?: boolean; onDone?: (check: string) => void }

/** Looks at the host with every check. Works before the first start, beside a running service and without one. */
export async function runDoctor(
  settings: Settings,
  clock: Clock = systemClock,
  { checks = DOCTOR_CHECKS, isService = false, onDone = () => {} }: DoctorWay = {},
): Promise<DoctorRow[]> {
  const subject = { ...(await readSubject(settings, clock)), isService }
  const rows = await Promise.all(
    checks.map(async (check) => {
      const found = await lookWith(check, subject)
      onDone(check.id)
      return found.map((finding) => ({ check: check.id, ...finding }))
    }),
  )
  return rows.flat()
}

const lookWith = (check: DoctorCheck, subject: DoctorSubject): Promise<DoctorFinding[]> =>
  check.look(subject).catch((error: unknown) => [
    {
      about: 'this check',
      outcome: 'problem',
      expected: check.says,
      got: messageOf(error),
      remedy: 'Run it as the user that the service runs as.',
    },
  ])

async function readSubject(settings: Settings, clock: Clock): Promise<Omit<DoctorSubject, 'isService'>> {
  const file = join(settings.dataFolder, 'slipway.db')
  const isThere = (await stat(file).catch(() => undefined)) !== undefined
  if (!isThere) return { settings, clock, database: 'none', data: undefined, whyNoData: 'no database yet' }
  try {
    return { settings, clock, ...(await readDatabase(file)) }
  } catch (error) {
    return { settings, clock, ...unread(error) }
  }
}

type Found = Pick<DoctorSubject, 'database' | 'data' | 'whyNoData'>

/** Why nothing was read: another process held the database all the time, or something is wrong with it. */
export const unread = (error: unknown): Found => ({
  ...{ database: hasCode(bare(error), 'store.busy') ? 'busy' : 'broken', data: undefined },
  whyNoData: messageOf(error),
})

/** Reads and changes nothing: the service that runs beside may be of another version. */
async function readDatabase(file: string): Promise<Found> {
  const { store, pending } = await openStoreReadOnly(file)
  const database = pending > 0 ? 'older' : 'read'
  try {
    return { database, data: await readData(store), whyNoData: undefined }
  } catch (error) {
    if (database === 'read' || unread(error).database === 'busy') throw error
    return { database, data: undefined, whyNoData: 'the database is older than this program' }
  } finally {
    await store.close()
  }
}

async function readData(store: Store): Promise<DoctorData> {
  const [newest] = await store.runs.list(1)
  return {
    segments: await store.segments.list(),
    profiles: await store.profiles.list(),
    machines: await store.machines.list(),
    images: await store.images.list(),
    packageSources: await store.packageSources.list(),
    newestRunAt: newest?.createdAt,
  }
}
