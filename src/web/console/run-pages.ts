import express, { type Request, type Router } from 'express'
import { isEnd } from '../../domain/run/run-states.ts'
import type { Actor } from '../authentication.ts'
import { actorOf } from '../authentication.ts'
import { refusalOfCancel, refusalOfRole, refusalOfStart } from '../refusals.ts'
import { live } from './live.ts'
import { type Pages, sendPage } from './pages.ts'
import { runRow } from './run-row.ts'
import { runView } from './run-view.ts'
import { startFactsReader } from './start-facts.ts'

/** The list of runs and the page of one run, both live by server-sent events. */
export function runPages(parts: Pages): Router {
  const { views, runs, feed } = parts
  const list = async () => (await runs.list()).map((run) => runRow(run, Date.now()))
  const idOf = (req: Request): string => String(req.params.id)
  return express
    .Router()
    .get('/runs', async (req, res) => {
      sendPage(views, req, res, 'runs', { title: 'Runs', runs: await list(), start: await startForm(parts, req) })
    })
    .get('/runs/live', (_req, res) => {
      live(res, feed, {
        concerns: () => true,
        draw: async () => views.fragment('run-rows', { runs: await list() }),
      })
    })
    .get('/runs/:id', async (req, res) => {
      const values = await runValues(parts, idOf(req), actorOf(req))
      const logs = (await runs.logs(idOf(req))).map((line) => ({ ...line, after: line.at - values.run.createdAt }))
      const title = `Run ${values.run.label} on ${values.run.machine}`
      sendPage(views, req, res, 'run', { title, logs, lastLine: logs.at(-1)?.seq ?? 0, ...values })
    })
    .get('/runs/:id/live', async (req, res) => {
      const [id, actor] = [idOf(req), actorOf(req)]
      await runs.find(id)
      live(res, feed, {
        concerns: (runId) => runId === id,
        draw: async () => views.fragment('run-live', await runValues(parts, id, actor)),
        isOver: async () => isEnd((await runs.find(id)).state),
      })
    })
}

async function runValues(parts: Pages, id: string, actor: Actor) {
  const { runs } = parts
  const run = await runs.find(id)
  const ended = isEnd(run.state)
  const [events, samples, why, all, factsOf] = await Promise.all([
    ...([runs.events(id), parts.transfers(id), runs.why(id).catch(() => undefined)] as const),
    // Only an ended run can be retried: an open one is drawn often and need not read so much.
    ...(ended ? ([runs.list(1000), startFactsReader(parts)] as const) : ([[], undefined] as const)),
  ])
  const retries = all.filter(({ retryOf }) => retryOf === id)
  const read = { run, events, samples, why, retries, progress: runs.progress(id), heardAt: runs.heardAt(id) }
  return {
    ...runView(read, Date.now()),
    cannotCancel: refusalOfCancel(actor, run),
    cannotRetry: factsOf && refusalOfStart(actor, factsOf(run)),
  }
}

/** The form that asks for a run: every machine with why it can not take one now. */
async function startForm(parts: Pages, req: Request) {
  const actor = actorOf(req)
  const [machines, versions, factsOf, families] = await Promise.all([
    ...([parts.resources.machines.list(), parts.images.list(), startFactsReader(parts)] as const),
    ...([parts.templates.families()] as const),
  ])
  // What can be deployed, and what can be booted to install: the library holds other things too.
  const images = versions.filter(({ kind }) => kind === 'disk')
  const installers = versions.filter(({ kind }) => kind === 'installer' || kind === 'kernel')
  const image = images[0] && { image: images[0].name, version: images[0].version }
  const rows = machines.map(({ name }) => ({
    name,
    cannot: image && refusalOfStart(actor, factsOf({ machine: name, ...image })),
  }))
  const free = rows.find(({ cannot }) => !cannot) ?? rows[0]
  return {
    machines: rows.map((row) => ({ ...row, chosen: row === free })),
    images,
    ...{ installers, families: families.filter(({ installs }) => installs) },
    cannotInstall: refusalOfRole(actor, 'operator') ?? nothingToInstall(rows.length, installers.length),
    names: [...new Set(images.map(({ name }) => name))],
    cannotCapture: refusalOfRole(actor, 'operator') ?? (rows.length === 0 ? nothingToStart(0, 1) : undefined),
    cannot: refusalOfRole(actor, 'operator') ?? nothingToStart(rows.length, images.length) ?? free?.cannot,
  }
}

function nothingToStart(machines: number, images: number) {
  if (machines === 0) return { says: 'No machine is registered yet.', command: 'slipway apply --file lab.yaml' }
  if (images === 0) return { says: 'The library has no image yet.', command: 'slipway image build debian-12-minimal' }
  return undefined
}

function nothingToInstall(machines: number, installers: number) {
  if (machines === 0) return nothingToStart(0, 1)
  const command = 'slipway image import FOLDER --format kernel --name NAME --version VERSION'
  return installers === 0 ? { says: 'The library has no installer yet.', command } : undefined
}
