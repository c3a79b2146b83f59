import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLog } from '../../core/log.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import { alone } from '../../library/alone.ts'
import { createKeyring } from '../../library/keyring.ts'
import { createLibrary } from '../../library/library.ts'
import { type DoctorCheck, type DoctorSubject, messageOf } from './doctor-check.ts'

const NAMED = 5

/** The library has images, and each manifest is there and signed by a trusted key. Chunks are for `image verify`. */
export const images: DoctorCheck = {
  id: 'images',
  says: 'images in the library, their manifests signed',
  look: async (subject) => {
    const rows = subject.data?.images
    const expected = 'at least one version, its manifest signed'
    if (!rows) return [{ about: 'images', outcome: 'skipped', expected, got: subject.whyNoData ?? 'no database' }]
    const remedy = 'slipway image build debian-12-minimal'
    if (rows.length === 0) return [{ about: 'images', outcome: 'warning', expected, got: 'none', remedy }]
    const faults = await faultsOf(subject, rows)
    const names = rows.slice(0, NAMED).map(({ name, version }) => `${name} ${version}`)
    const more = rows.length > NAMED ? ` and ${rows.length - NAMED} more` : ''
    const got = `${names.join(', ')}${more}`
    return faults.length > 0 ? faults : [{ about: 'images', outcome: 'ok', expected, got }]
  },
}

async function faultsOf({ settings, clock }: DoctorSubject, rows: ImageVersion[]): Promise<DoctorFinding[]> {
  const folder = join(settings.dataFolder, 'keys')
  // The keyring would make the key that is missing; the check of the keys tells of it.
  if (!(await stat(join(folder, 'image-signing.pem')).catch(() => undefined))) return []
  const index = { add: async () => {}, find: async () => undefined, list: async () => rows }
  const library = createLibrary({
    ...alone(),
    ...{ folder: join(settings.dataFolder, 'library'), keys: createKeyring(folder), index, clock, log: silentLog },
  })
  const judged = await Promise.all(
    rows.map(async ({ name, version, manifestDigest }): Promise<DoctorFinding[]> => {
      try {
        await library.manifest(manifestDigest)
        return []
      } catch (error) {
        const about = `image ${name} ${version}`
        const remedy = `slipway image verify ${name} --version ${version}, then import or build it again`
        return [{ about, outcome: 'problem', expected: 'a signed manifest', got: messageOf(error), remedy }]
      }
    }),
  )
  return judged.flat()
}
