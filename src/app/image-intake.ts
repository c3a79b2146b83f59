import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { uuidV7 } from '../core/ids.ts'
import type { ImageJob } from '../domain/image-job.ts'
import { statedFormat } from '../library/import/stated-format.ts'
import type { ImportWish } from '../web/api/image-job-routes.ts'
import { createUploads, type Uploads } from '../web/upload-door.ts'
import type { Appliance } from './appliance.ts'
import { type FetchLimits, fetchFile, judgeUrl, shown } from './fetch-file.ts'
import { importImageFile } from './image-imports.ts'
import { recordSbom, recordScan } from './image-inspection.ts'
import { createImageJobs, type ImageJobs, type JobProgress } from './image-jobs.ts'

const GIB = 1024 ** 3
const FETCH_TIMEOUT_MS = 6 * 60 * 60 * 1000

const INSPECTIONS = {
  sbom: { says: 'package list', work: recordSbom },
  scan: { says: 'virus scan', work: recordScan },
} as const

export type ImageIntake = {
  uploads: Uploads
  jobs: ImageJobs
  startImport(wish: ImportWish, by: string): Promise<ImageJob>
  startInspection(what: 'sbom' | 'scan', which: { name: string; version: string }, by: string): Promise<ImageJob>
}

/** How images come in while the service runs: by upload, or from a URL whose host the settings allow. */
export function createImageIntake(appliance: Appliance): ImageIntake {
  const { settings, clock, log } = appliance
  const maxBytes = settings.library.maxImportGiB * GIB
  const folder = join(settings.dataFolder, 'uploads')
  const uploads = createUploads(folder, maxBytes)
  const jobs = createImageJobs(clock, log)
  const limits: FetchLimits = { hosts: settings.library.importHosts, maxBytes, timeoutMs: FETCH_TIMEOUT_MS }
  const store = async (file: string, wish: ImportWish, format: string, progress: JobProgress): Promise<void> => {
    const { name, version, sha256 } = wish
    await importImageFile(appliance, { file, format, name, version, sha256 }, progress('storing'))
  }
  const fromUrl = async (url: string, wish: ImportWish, format: string, progress: JobProgress): Promise<void> => {
    await mkdir(folder, { recursive: true })
    const file = join(folder, `fetched-${uuidV7(clock.now())}`)
    try {
      await fetchFile(url, file, limits, progress('fetching'))
      await store(file, wish, format, progress)
    } finally {
      await rm(file, { force: true })
    }
  }
  return {
    uploads,
    jobs,
    startInspection: async (what, which, by) => {
      const title = `${which.name} ${which.version}`
      if (!(await appliance.library.find(which.name, which.version)))
        throw new AppError('image.not_found', `expected an image in the library, got ${title}`)
      const { says, work } = INSPECTIONS[what]
      return jobs.start(`${says} of ${title}`, by, async (progress) => {
        await work(appliance, which, by, progress('reading'))
      })
    },
    startImport: async (wish, by) => {
      const { name, version, upload, url } = wish
      const format = wish.format ?? (url === undefined ? '' : judgeUrl(url, limits.hosts).pathname)
      statedFormat(format)
      if (await appliance.library.find(name, version))
        throw new AppError('image.exists', `expected a new version of ${name}, got ${version} which is there`)
      const says = `import of ${name} ${version}`
      if (url !== undefined) {
        judgeUrl(url, limits.hosts)
        return jobs.start(`${says} from ${shown(url)}`, by, (progress) => fromUrl(url, wish, format, progress))
      }
      const file = await uploads.file(upload ?? '')
      return jobs.start(`${says} from an upload`, by, async (progress) => {
        await store(file, wish, format, progress)
        await uploads.remove(upload ?? '')
      })
    },
  }
}
