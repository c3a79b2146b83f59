import express, { type Router } from 'express'
import type { Run } from '../../domain/run/run.ts'
import { factsOf } from '../api/image-routes.ts'
import { imageView } from './image-view.ts'
import { type Pages, sendPage } from './pages.ts'
import { newestRows } from './run-row.ts'

/** The list of image versions, and the page of one. */
export function imagePages({ views, runs, images }: Pages): Router {
  return express
    .Router()
    .get('/images', async (req, res) => {
      const all = await runs.list(1000)
      const rows = (await images.list()).map((image) => ({
        ...image,
        verified: all.filter((run) => run.manifestDigest === image.manifestDigest && run.state === 'verified').length,
        sharedBytes: image.storedBytes - image.ownBytes,
        ownWidth: share(image.ownBytes, image.storedBytes),
      }))
      sendPage(views, req, res, 'images', { title: 'Images', images: rows })
    })
    .get('/images/:name/:version', async (req, res) => {
      const facts = await factsOf(images, String(req.params.name), String(req.params.version))
      const all = await runs.list(1000)
      sendPage(views, req, res, 'image', {
        title: `Image ${facts.name} ${facts.version}`,
        image: imageView(facts),
        running: running(all, facts.manifestDigest),
        ...newestRows(
          all.filter((run) => run.manifestDigest === facts.manifestDigest),
          Date.now(),
        ),
      })
    })
}

const share = (part: number, whole: number): string => `${whole > 0 ? ((part / whole) * 100).toFixed(1) : 0}%`

/** The machines whose last proved run wrote this manifest. `runs`: newest first. */
function running(runs: Run[], manifestDigest: string) {
  const last = new Map<string, Run>()
  for (const run of runs) if (run.state === 'verified' && !last.has(run.machine)) last.set(run.machine, run)
  return [...last.values()]
    .filter((run) => run.manifestDigest === manifestDigest)
    .map(({ machine, endedAt, id }) => ({ machine, endedAt, id }))
}
