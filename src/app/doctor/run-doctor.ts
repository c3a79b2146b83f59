import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { DoctorFinding, DoctorRow } from '../../domain/doctor.ts'
import { createStore } from '../../store/create-store.ts'
import { type DoctorCheck, type DoctorData, type DoctorSubject, messageOf, NO_DATABASE } from './doctor-check.ts'
import { DOCTOR_CHECKS } from './index.ts'

/** Looks at the host with every check. Works before the first start, beside a running service and without one. */
export async function runDoctor(
  settings: Settings,
  clock: Clock = systemClock,
  checks: readonly DoctorCheck[] = DOCTOR_CHECKS,
): Promise<DoctorRow[]> {
  const subject = await readSubject(settings, clock)
  const rows = await Promise.all(
    checks.map(async (check) => (await lookWith(check, subject)).map((finding) => ({ check: check.id, ...finding }))),
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

async function readSubject(settings: Settings, clock: Clock): Promise<DoctorSubject> {
  const file = join(settings.dataFolder, 'slipway.db')
  const isThere = (await stat(file).catch(() => undefined)) !== undefined
  if (!isThere) return { settings, clock, data: undefined, whyNoData: NO_DATABASE }
  try {
    return { settings, clock, data: await readData(file), whyNoData: undefined }
  } catch (error) {
    return { settings, clock, data: undefined, whyNoData: messageOf(error) }
  }
}

async function readData(file: string): Promise<DoctorData> {
  const store = await createStore(file)
  try {
    const [newest] = await store.runs.list(1)
    return {
      segments: await store.segments.list(),
      profiles: await store.profiles.list(),
      machines: await store.machines.list(),
      images: await store.images.list(),
      newestRunAt: newest?.createdAt,
    }
  } finally {
    await store.close()
  }
}
