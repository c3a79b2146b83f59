import express, { type Request, type Response, type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { CONTENT_KINDS } from '../../domain/content-kind.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import { isProvedDeployment, type Run } from '../../domain/run/run.ts'
import { factsOf } from '../api/image-routes.ts'
import { actorOf } from '../authentication.ts'
import { type ChannelView, imageLifeView } from './image-life-view.ts'
import { imageView } from './image-view.ts'
import { jobsView, spaceView } from './library-view.ts'
import { type Pages, sendPage } from './pages.ts'
import { newestRows } from './run-row.ts'

const MOST_FILES = 50
const FORMATS = ['raw', 'raw.xz', 'raw.gz', 'raw.zst', 'qcow2', 'vmdk', 'vhd', 'vhdx', 'iso', 'wim']
const NO_OPERATOR = { says: 'the role operator imports' }

/** The library: its versions, what comes in, who takes how much; and the page of one version. */
export function imagePages(pages: Pages): Router {
  const { views, library } = pages
  return express
    .Router()
    .get('/images', (req, res) => sendLibrary(pages, req, res))
    .get('/images/jobs', async (_req, res) => {
      const jobs = jobsView(library.jobs(), Date.now())
      res.set('cache-control', 'no-store').type('html').send(views.fragment('image-jobs', { jobs }))
    })
    .get('/images/:name/:version', async (req, res) => {
      const { name, version } = req.params as { name: string; version: string }
      const row = (await pages.images.list()).find((one) => one.name === name && one.version === version)
      if (!row) throw new AppError('image.not_found', `expected an image in the library, got ${name} ${version}`)
      await (row.kind === 'disk' ? sendDisk(pages, row, req, res) : sendFiles(pages, row, req, res))
    })
}

async function sendLibrary({ views, runs, images, library }: Pages, req: Request, res: Response): Promise<void> {
  const all = await runs.list(1000)
  const rows = await Promise.all(
    (await images.list()).map(async (image) => {
      const { state, channels } = await library.record(image)
      return {
        ...{ ...image, state, channels: channels.join(', ') },
        verified: all.filter((run) => run.manifestDigest === image.manifestDigest && isProvedDeployment(run)).length,
        ...{ sharedBytes: image.storedBytes - image.ownBytes, ownWidth: share(image.ownBytes, image.storedBytes) },
      }
    }),
  )
  const space = await library.space().catch(() => undefined)
  const depots = (await library.depots()).flatMap(({ name, at, channels }) =>
    channels.map((channel) => ({ ...channel, name, at })),
  )
  sendPage(views, req, res, 'images', {
    ...{ title: 'Images', images: rows, formats: FORMATS, importHosts: library.importHosts.join(', '), depots },
    ...{ jobs: jobsView(library.jobs(), Date.now()), space: space && spaceView(space), faults: await library.faults() },
    cannot: actorOf(req).role === 'viewer' ? NO_OPERATOR : undefined,
  })
}

async function sendDisk(pages: Pages, row: ImageVersion, req: Request, res: Response): Promise<void> {
  const { views, runs, images } = pages
  const facts = await factsOf(images, row.name, row.version)
  const all = await runs.list(1000)
  sendPage(views, req, res, 'image', {
    ...(await lifeOf(pages, row, req)),
    image: imageView(facts),
    running: running(all, facts.manifestDigest),
    ...newestRows(
      all.filter((run) => run.manifestDigest === facts.manifestDigest),
      Date.now(),
    ),
  })
}

async function sendFiles(pages: Pages, row: ImageVersion, req: Request, res: Response): Promise<void> {
  const { manifest, signedBy } = await pages.library.files(row.manifestDigest)
  sendPage(pages.views, req, res, 'image-files', {
    ...(await lifeOf(pages, row, req)),
    ...{ image: row, manifest, signedBy, kindMeans: CONTENT_KINDS[row.kind], fileCount: manifest.files.length },
    ...{ files: manifest.files.slice(0, MOST_FILES), more: Math.max(0, manifest.files.length - MOST_FILES) },
  })
}

async function lifeOf({ library }: Pages, row: ImageVersion, req: Request) {
  const [record, stand, moves] = await Promise.all([
    library.record(row),
    library.stand(row),
    library.channels(row.name),
  ])
  const { role } = actorOf(req)
  const rows = library.channelNames.map((channel): ChannelView => {
    const golden = moves.find((move) => move.channel === channel)
    return {
      channel,
      version: golden?.version,
      rollback: golden?.rollback,
      cannot: whyNoRollback(role, golden?.rollback),
    }
  })
  const here = `/images/${row.name}/${row.version}`
  const life = imageLifeView(record, stand, rows, `/api/v1${here}`, role)
  return { title: `Image ${row.name} ${row.version}`, life, here }
}

const whyNoRollback = (role: string, rollback: string | undefined): string | undefined => {
  if (rollback === undefined) return 'there is no earlier version that it may go back to'
  return role === 'approver' || role === 'admin' ? undefined : 'the role approver takes this step'
}

const share = (part: number, whole: number): string => `${whole > 0 ? ((part / whole) * 100).toFixed(1) : 0}%`

/** The machines whose last proved run wrote this manifest. `runs`: newest first. */
function running(runs: Run[], manifestDigest: string) {
  const last = new Map<string, Run>()
  for (const run of runs) if (isProvedDeployment(run) && !last.has(run.machine)) last.set(run.machine, run)
  return [...last.values()]
    .filter((run) => run.manifestDigest === manifestDigest)
    .map(({ machine, endedAt, id }) => ({ machine, endedAt, id }))
}
