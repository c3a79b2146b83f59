import * as z from 'zod'
import { InstallLayer } from '../../domain/install/install-settings.ts'
import {
  RUN_KINDS,
  type Run,
  type RunEvent,
  type RunKind,
  type RunProgress,
  type RunSample,
} from '../../domain/run/run.ts'
import type { RunWhy } from '../../domain/run/run-why.ts'
import { label } from '../../image/manifest.ts'
import type { Actor } from '../authentication.ts'
import { LogLineAnswer, RunAnswer, RunEventAnswer, RunTransferAnswer, RunWhyAnswer } from './answers.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { type RunNewsFeed, streamRunNews } from './run-stream.ts'
import { withRates } from './transfer-rates.ts'

type Wish = {
  kind?: RunKind | undefined
  machine: string
  image?: string | undefined
  version?: string | undefined
  retryOf?: string | undefined
  install?: { family: string; release?: string | undefined; settings?: InstallLayer | undefined } | undefined
}

/** What the run endpoints and pages need. */
export type RunDoor = {
  start(wish: Wish, actor: string): Promise<Run>
  cancel(id: string, actor: string): Promise<Run>
  find(id: string): Promise<Run>
  list(limit?: number): Promise<Run[]>
  events(id: string, after?: number): Promise<RunEvent[]>
  logs(id: string, after?: number): Promise<{ seq: number; at: number; line: string }[]>
  why(id: string): Promise<RunWhy>
  progress(id: string): RunProgress | undefined
  /** When the agent of a run last spoke, milliseconds since the epoch. */
  heardAt(id: string): number | undefined
}
export type RunRoutesDeps = {
  runs: RunDoor
  transfers(id: string, after?: number): Promise<RunSample[]>
  feed: RunNewsFeed
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

const StartRun = z.strictObject({
  kind: z
    .enum(RUN_KINDS)
    .default('deploy')
    .describe(
      'install starts a system’s own installer; capture makes a new version of the image from the machine’s disk; discover takes its inventory',
    ),
  machine: z.string().min(1).max(63),
  image: label.optional().describe('install: the installer; none of a discovery'),
  version: label
    .optional()
    .describe('deploy: the newest when absent; capture: the new one, named by the time when absent'),
  retryOf: z.guid().optional(),
  install: z
    .strictObject({
      family: z.string().max(32).describe('whose answers the installer takes'),
      release: z.string().max(64).optional().describe('of the family; the newest when absent'),
      settings: InstallLayer.optional().describe('for this run alone'),
    })
    .optional()
    .describe('of an install run only'),
})
const ById = z.object({ id: z.guid() })
const ByIdAfter = z.object({ id: z.guid(), after: z.coerce.number().int().nonnegative().default(0) })
const Limit = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) })

/** Runs: ask for one, look at it, end it. */
export const runRoutes = (deps: RunRoutesDeps): Endpoint[] => [
  ...runReads(deps),
  ...runFollowing(deps),
  ...runChanges(deps),
]

const shown = (runs: RunDoor, run: Run) => ({ ...run, progress: runs.progress(run.id) })

function runChanges({ runs, audit }: RunRoutesDeps): Endpoint[] {
  return [
    endpoint({
      ...{
        method: 'post',
        path: '/runs',
        says: 'Start a run',
        role: 'operator',
        body: StartRun,
        answer: RunAnswer,
        status: 202,
      },
      handle: async ({ body, actor }) => {
        if (body.retryOf) await runs.find(body.retryOf)
        const run = await runs.start(body, actor.name)
        await audit(actor, 'run.start', run.id, body)
        return shown(runs, run)
      },
    }),
    endpoint({
      ...{ method: 'post', path: '/runs/{id}/retry', says: 'Start a run like an ended one, linked to it' },
      ...{ role: 'operator', params: ById, answer: RunAnswer, status: 202 },
      handle: async ({ params, actor }) => {
        const { id: retryOf, kind, machine, image, version, install } = await runs.find(params.id)
        const run = await runs.start({ kind, machine, image, version, retryOf, install }, actor.name)
        await audit(actor, 'run.start', run.id, { kind, machine, image, version, retryOf })
        return shown(runs, run)
      },
    }),
    endpoint({
      ...{
        method: 'post',
        path: '/runs/{id}/cancel',
        says: 'End a run',
        role: 'operator',
        params: ById,
        answer: RunAnswer,
      },
      handle: async ({ params, actor }) => {
        const run = await runs.cancel(params.id, actor.name)
        await audit(actor, 'run.cancel', run.id, {})
        return shown(runs, run)
      },
    }),
  ]
}

function runReads({ runs }: RunRoutesDeps): Endpoint[] {
  return [
    endpoint({
      ...{
        method: 'get',
        path: '/runs',
        says: 'Runs, newest first',
        role: 'viewer',
        params: Limit,
        answer: z.array(RunAnswer),
      },
      handle: async ({ params }) => (await runs.list(params.limit)).map((run) => shown(runs, run)),
    }),
    endpoint({
      ...{ method: 'get', path: '/runs/{id}', says: 'One run', role: 'viewer', params: ById, answer: RunAnswer },
      handle: async ({ params }) => shown(runs, await runs.find(params.id)),
    }),
    endpoint({
      ...{
        method: 'get',
        path: '/runs/{id}/why',
        says: 'Why a run stands or ended where it is',
        role: 'viewer',
        params: ById,
        answer: RunWhyAnswer,
      },
      handle: ({ params }) => runs.why(params.id),
    }),
  ]
}

/** What is told of a run while it goes on, and kept after its end. */
function runFollowing({ runs, transfers, feed }: RunRoutesDeps): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'get', path: '/runs/{id}/transfers', says: 'What agent and server moved, a sample a second' },
      ...{ role: 'viewer', params: ByIdAfter, answer: z.array(RunTransferAnswer) },
      handle: async ({ params }) => withRates(await transfers((await runs.find(params.id)).id), params.after),
    }),
    endpoint({
      ...{
        method: 'get',
        path: '/runs/{id}/events',
        says: 'The history of a run',
        role: 'viewer',
        params: ByIdAfter,
        answer: z.array(RunEventAnswer),
      },
      handle: async ({ params }) => runs.events((await runs.find(params.id)).id, params.after),
    }),
    endpoint({
      ...{
        method: 'get',
        path: '/runs/{id}/log',
        says: 'The log that the agent sent',
        role: 'viewer',
        params: ByIdAfter,
        answer: z.array(LogLineAnswer),
      },
      handle: async ({ params }) => runs.logs((await runs.find(params.id)).id, params.after),
    }),
    endpoint({
      ...{ method: 'get', path: '/runs/{id}/stream', says: 'News of a run as server-sent events', role: 'viewer' },
      ...{ params: ById, answer: z.string(), stream: true },
      handle: async ({ params, res }) => {
        streamRunNews(feed, (await runs.find(params.id)).id, res)
        return undefined
      },
    }),
  ]
}
