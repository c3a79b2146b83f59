import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasCode } from '../../core/errors.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { PackageSource } from '../../domain/package-source.ts'
import { createAptHelper } from '../../packages/apt-helper.ts'
import { isAway } from '../../packages/recent-failures.ts'
import { type DoctorCheck, messageOf } from './doctor-check.ts'

/** An answer of any kind will do, so a little of it is enough. */
const MOST_BYTES = 1 << 20
const TIMES = { wholeMs: 10_000, silentSeconds: 4 }

/** The archives of the sources answer. A site may be without internet on purpose, so silence is a warning. */
export const packageArchives: DoctorCheck = {
  id: 'package-archives',
  says: 'archives of the sources of packages answer',
  look: async ({ data, whyNoData }) => {
    const sources = data?.packageSources ?? []
    if (sources.length > 0) return Promise.all(sources.map(judge))
    const got = data ? 'no source is set' : (whyNoData ?? 'no database')
    return [{ about: 'sources of packages', outcome: 'skipped', expected: 'archives that answer', got }]
  },
}

async function judge({ name, url }: PackageSource): Promise<DoctorFinding> {
  const [about, expected] = [`source ${name}`, `an answer from ${url}`]
  const folder = await mkdtemp(join(tmpdir(), 'slipway-doctor-'))
  try {
    const wish = { url: `${url.replace(/\/+$/, '')}/`, target: join(folder, 'file') }
    await createAptHelper(TIMES)({ ...wish, mostBytes: MOST_BYTES, digest: undefined }, new AbortController().signal)
    return { about, outcome: 'ok', expected, got: 'answers' }
  } catch (error) {
    if (!hasCode(error, 'package.unreachable') || !isAway(error))
      return { about, outcome: 'ok', expected, got: 'answers' }
    const remedy = `what is kept is served on; for the rest see to the line, or to the proxy in /etc/apt/apt.conf.d`
    return { about, outcome: 'warning', expected, got: messageOf(error), remedy }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
