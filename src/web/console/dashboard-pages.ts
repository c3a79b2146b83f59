import express, { type Router } from 'express'
import type { Conflict } from '../../domain/conflict.ts'
import { type Actor, actorOf } from '../authentication.ts'
import { refusalOfStart } from '../refusals.ts'
import { failedToday, firstOf, firstSteps, stageBoard, stuckRuns, verifiedToday } from './dashboard-view.ts'
import { live } from './live.ts'
import { type Pages, sendPage } from './pages.ts'
import { stuckBecause } from './run-row.ts'
import { startFactsReader } from './start-facts.ts'

/** The first page: what goes on, what is stuck, what failed, what contradicts itself, and the way to everything. */
export function dashboardPages(parts: Pages): Router {
  const { views, feed } = parts
  return express
    .Router()
    .get('/', async (req, res) => {
      sendPage(views, req, res, 'dashboard', { title: 'Dashboard', ...(await dashboardValues(parts, actorOf(req))) })
    })
    .get('/dashboard/live', (req, res) => {
      const actor = actorOf(req)
      live(res, feed, {
        concerns: () => true,
        draw: async () => views.fragment('dashboard-live', await dashboardValues(parts, actor)),
      })
    })
}

async function dashboardValues(parts: Pages, actor: Actor) {
  const { runs, resources, images, openRuns, conflictsOf } = parts
  const now = Date.now()
  const [all, rows, machines, segments, versions, conflicts, factsOf] = await Promise.all([
    ...([runs.list(1000), openRuns(), resources.machines.list(), resources.segments.list()] as const),
    ...([images.list(), conflictsOf(), startFactsReader(parts)] as const),
  ])
  const open = await Promise.all(
    rows.map(async (run) => {
      const heardAt = runs.heardAt(run.id)
      const why = stuckBecause(run, heardAt, now) ? await runs.why(run.id).catch(() => undefined) : undefined
      return { run, heardAt, why, progress: runs.progress(run.id) }
    }),
  )
  return {
    board: stageBoard(open, now),
    open: open.length,
    stuck: firstOf(stuckRuns(open, now)),
    failed: firstOf(failedToday(all, now).map((run) => ({ ...run, cannotRetry: refusalOfStart(actor, factsOf(run)) }))),
    verified: verifiedToday(all, now),
    conflicts: firstOf(byMachine(conflicts)),
    counts: { runs: all.length, machines: machines.length, images: versions.length, segments: segments.length },
    segments,
    steps: firstSteps({
      ...{ segments: segments.length, images: versions.length },
      ...{ machines: machines.length, runs: all.length },
    }),
  }
}

/** One row a machine: its newest contradiction and how often it was contradicted in all. */
const byMachine = (conflicts: Conflict[]) =>
  [...Map.groupBy(conflicts, ({ machine }) => machine)].map(([machine, own]) => ({
    machine,
    times: own.reduce((sum, { times }) => sum + times, 0),
    newest: own.toSorted((a, b) => b.lastAt - a.lastAt)[0]!,
  }))
