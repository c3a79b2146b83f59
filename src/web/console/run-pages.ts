import express, { type Router } from 'express'
import { roleIncludes } from '../../domain/role.ts'
import { isEnd } from '../../domain/run/run-states.ts'
import { openEventStream } from '../api/run-stream.ts'
import { actorOf } from '../authentication.ts'
import { type Pages, sendPage } from './pages.ts'
import { runRow, runView } from './run-view.ts'

const REDRAW_MILLISECONDS = 400
const TICK_MILLISECONDS = 2000

/** The list of runs and the page of one run, both live by server-sent events. */
export function runPages(parts: Pages): Router {
  const { views, runs, feed, resources } = parts
  const list = async () => (await runs.list()).map((run) => runRow(run, Date.now()))
  const one = async (id: string, mayOperate: boolean) => {
    const run = await runs.find(id)
    return { mayOperate, ...runView(run, await runs.events(id), await runs.logs(id), runs.progress(id), Date.now()) }
  }
  return express
    .Router()
    .get('/runs', async (req, res) => {
      const [machines, images] = await Promise.all([resources.machines.list(), resources.images.list()])
      sendPage(views, req, res, 'runs', { title: 'Runs', runs: await list(), machines, images })
    })
    .get('/runs/live', (_req, res) => {
      live(
        res,
        feed,
        () => true,
        async () => views.fragment('run-rows', { runs: await list() }),
      )
    })
    .get('/runs/:id', async (req, res) => {
      const id = String(req.params.id)
      const mayOperate = roleIncludes(actorOf(req).role, 'operator')
      const values = await one(id, mayOperate)
      sendPage(views, req, res, 'run', { title: `Run ${values.run.label} on ${values.run.machine}`, ...values })
    })
    .get('/runs/:id/live', async (req, res) => {
      const id = String(req.params.id)
      const mayOperate = roleIncludes(actorOf(req).role, 'operator')
      await runs.find(id)
      live(
        res,
        feed,
        (runId) => runId === id,
        async () => views.fragment('run-live', await one(id, mayOperate)),
        async () => isEnd((await runs.find(id)).state),
      )
    })
}

/** Redraws a fragment when news concern it, at most every 400 ms, and every two seconds for the clocks in it. */
function live(
  res: express.Response,
  feed: Pages['feed'],
  concerns: (runId: string) => boolean,
  draw: () => Promise<string>,
  isOver: () => Promise<boolean> = async () => false,
): void {
  const stream = openEventStream(res)
  let closed = false
  let timer: NodeJS.Timeout | undefined
  const redraw = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    // What can not be read now is drawn at the next tick; a page never ends the service.
    const html = await draw().catch(() => undefined)
    const over = await isOver().catch(() => false)
    if (closed) return
    if (html !== undefined) stream.send('', html)
    if (!over) timer ??= setTimeout(redraw, TICK_MILLISECONDS)
  }
  let pending: NodeJS.Timeout | undefined
  const end = feed.subscribe((news) => {
    if (!concerns(news.kind === 'change' ? news.run.id : news.runId)) return
    pending ??= setTimeout(() => {
      pending = undefined
      void redraw()
    }, REDRAW_MILLISECONDS)
  })
  void redraw()
  stream.onClose(() => {
    closed = true
    end()
    clearTimeout(timer)
    clearTimeout(pending)
  })
}
