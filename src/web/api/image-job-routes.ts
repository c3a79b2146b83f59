import * as z from 'zod'
import type { ImageJob } from '../../domain/image-job.ts'
import { label } from '../../image/manifest.ts'
import type { Actor } from '../authentication.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** What is to be imported, and under which name. `upload`: id of a finished upload. */
export type ImportWish = {
  upload?: string | undefined
  url?: string | undefined
  format?: string | undefined
  name: string
  version: string
  sha256?: string | undefined
}
export type ImageJobRoutesDeps = {
  /** Throws request.invalid, request.forbidden, store.busy. */
  startImport(wish: ImportWish, by: string): Promise<ImageJob>
  /** Throws image.not_found, store.busy. */
  startInspection(what: 'sbom' | 'scan', which: { name: string; version: string }, by: string): Promise<ImageJob>
  jobs: { list(): ImageJob[]; find(id: string): ImageJob }
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const Import = z
  .strictObject({
    upload: z.string().max(64).optional().describe('id of a finished upload'),
    url: z.string().max(2048).optional().describe('from a host that the settings allow'),
    format: z
      .string()
      .max(32)
      .optional()
      .describe('raw, qcow2, vmdk, vhd, vhdx, each also with .xz .gz .zst; iso; wim'),
    name: label,
    version: label,
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('of the file, checked before anything is stored'),
  })
  .refine(({ upload, url }) => (upload === undefined) !== (url === undefined), 'expected either an upload or a url')

const JobAnswer = z.object({
  id: z.string(),
  says: z.string(),
  by: z.string(),
  startedAt: z.int(),
  endedAt: z.int().optional(),
  state: z.enum(['running', 'done', 'failed']),
  step: z.string(),
  done: z.int().describe('bytes'),
  total: z.int().describe('bytes'),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
})

const INSPECTIONS = [
  ['sbom', 'Read the packages of a version, for its record'],
  ['scan', 'Let ClamAV look at every file of a version, for its record'],
] as const

/** Imports and other work on the library that goes on while people look. */
export const imageJobRoutes = ({ startImport, startInspection, jobs, audit }: ImageJobRoutesDeps): Endpoint[] => [
  endpoint({
    ...{ method: 'post', path: '/image-imports', says: 'Import an upload or a URL as an image version' },
    ...{ role: 'operator', body: Import, status: 202, answer: JobAnswer },
    handle: async ({ body, actor }) => {
      const job = await startImport(body, actor.name)
      const { name, version, upload, format } = body
      await audit(actor, 'image.import', `${name} ${version}`, { upload, format, job: job.id })
      return job
    },
  }),
  ...INSPECTIONS.map(([what, says]) =>
    endpoint({
      ...{ method: 'post', path: `/images/{name}/{version}/${what}`, says, role: 'operator', status: 202 },
      ...{ params: z.object({ name: label, version: label }), answer: JobAnswer },
      handle: async ({ params, actor }) => {
        const job = await startInspection(what, params, actor.name)
        await audit(actor, `image.${what}`, `${params.name} ${params.version}`, { job: job.id })
        return job
      },
    }),
  ),
  endpoint({
    ...{ method: 'get', path: '/image-jobs', says: 'Work on the library, the newest first', role: 'viewer' },
    ...{ answer: z.array(JobAnswer) },
    handle: async () => jobs.list(),
  }),
  endpoint({
    ...{ method: 'get', path: '/image-jobs/{id}', says: 'One piece of work on the library', role: 'viewer' },
    ...{ params: z.object({ id: z.string().max(64) }), answer: JobAnswer },
    handle: async ({ params }) => jobs.find(params.id),
  }),
]
