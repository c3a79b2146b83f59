import express, { type Request, type Response, type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import type { Inventory } from '../../domain/inventory.ts'
import type { Run, RunKind, RunProgress } from '../../domain/run/run.ts'
import type { RunEventType } from '../../domain/run/run-events.ts'
import * as door from '../../protocol/agent-door.ts'
import { CAPTURE_PATH } from '../../protocol/capture-door.ts'
import { DISCOVER_PATH } from '../../protocol/discover-door.ts'
import { parseFacts } from '../../protocol/facts.ts'
import { type PeerPlace, PeersReport } from '../../protocol/peer-door.ts'
import { bearer } from './bearer.ts'
import { type CaptureDoor, captureBodyRoutes, captureRoutes } from './capture-routes.ts'
import { type DiscoverDoor, discoverRoutes, ordersRoutes } from './discover-routes.ts'
import { EXACT_PATHS } from './exact-paths.ts'
import { parseBody } from './parse-body.ts'

/** A read-back of the largest image the format allows; only the holder of a session token is read that far. */
const MOST_READ_BACK = '256mb'
const MOST_JSON = '1mb'

/** What the agents' TLS door needs of the other rooms. */
export type AgentRoutesDeps = {
  exchange(code: string, nonce: string, peer: string): Promise<{ token: string; run: Run }>
  authorizeAgent(token: string): Promise<Run>
  authorizeFacts(token: string): Promise<Run>
  plan(run: Run, inventory: Inventory): Promise<door.DeployPlan>
  manifest(digest: string): Promise<{ bytes: Uint8Array; signatures: Uint8Array }>
  /** The agents that share the run's chunks with the one at this address. */
  meetPeers(run: Run, address: string, report: PeersReport): PeerPlace[]
  judgeReadBack(run: Run, digests: string[], seconds: number): Promise<void>
  captures: CaptureDoor
  discoveries: DiscoverDoor
  seed(run: Run): Promise<door.SeedFile[]>
  progress(runId: string, progress: RunProgress): void
  log(runId: string, lines: string[]): Promise<void>
  record(runId: string, type: RunEventType, detail: Record<string, unknown>): Promise<unknown>
}

/** Every path of the agents' door, see protocol/agent-door.ts. */
export function agentRoutes(deps: AgentRoutesDeps): Router {
  const agents = new WeakMap<Request, Run>()
  const asAgent = (req: Request): Run => agents.get(req)!
  const { AGENT_PATHS: paths } = door
  return express
    .Router(EXACT_PATHS)
    .post(paths.facts, express.text({ limit: '32kb' }), async (req, res) => {
      const run = await deps.authorizeFacts(bearer(req))
      await deps.record(run.id, 'factsReceived', { facts: parseFacts(String(req.body)), peer: peer(req) })
      res.status(204).end()
    })
    .post(paths.exchange, express.json({ limit: '4kb' }), async (req, res) => {
      const { code, nonce } = parseBody(door.ExchangeRequest, req.body)
      const { token, run } = await deps.exchange(code, nonce, peer(req))
      res.json({ token, runId: run.id, machine: run.machine, kind: run.kind })
    })
    .use(ordersRoutes(deps.discoveries))
    .use('/agent', async (req, _res, next) => {
      const run = await deps.authorizeAgent(bearer(req))
      assertKind(run, req.baseUrl + req.path)
      agents.set(req, run)
      next()
    })
    .post(paths.readBack, express.json({ limit: MOST_READ_BACK }), async (req, res) => {
      const { digests, seconds } = parseBody(door.ReadBackReport, req.body)
      await deps.judgeReadBack(asAgent(req), digests, seconds)
      res.status(204).end()
    })
    .use(captureBodyRoutes(deps.captures, asAgent))
    .use(express.json({ limit: MOST_JSON }))
    .post(paths.inventory, async (req, res) => {
      const run = asAgent(req)
      res.json(await deps.plan(run, parseBody(door.InventoryReport, req.body).inventory))
    })
    .get(paths.manifest, async (req, res) => {
      const run = asAgent(req)
      const { bytes, signatures } = await deps.manifest(run.manifestDigest)
      res
        .set(door.SIGNATURE_HEADER, Buffer.from(signatures).toString('base64'))
        .type('application/json')
        .send(Buffer.from(bytes))
    })
    .post(paths.peers, async (req, res) => {
      res.json({ peers: deps.meetPeers(asAgent(req), peer(req), parseBody(PeersReport, req.body)) })
    })
    .post(paths.progress, async (req, res) => {
      const run = asAgent(req)
      const report = parseBody(door.ProgressReport, req.body)
      deps.progress(run.id, { ...report, etaSeconds: report.etaSeconds })
      res.json({ proceed: true })
    })
    .post(paths.log, async (req, res) => {
      const run = asAgent(req)
      await deps.log(run.id, parseBody(door.LogReport, req.body).lines)
      res.status(204).end()
    })
    .use(stepRoutes(deps, asAgent))
    .use(captureRoutes(deps.captures, asAgent))
    .use(discoverRoutes(deps.discoveries, asAgent))
}

function stepRoutes(deps: AgentRoutesDeps, asAgent: (req: Request) => Run): Router {
  const { AGENT_PATHS: paths } = door
  const done = (res: Response): void => void res.status(204).end()
  return express
    .Router(EXACT_PATHS)
    .post(paths.writing, async (req, res) => {
      const run = asAgent(req)
      await deps.record(run.id, 'writeStarted', {})
      done(res)
    })
    .post(paths.retried, async (req, res) => {
      const run = asAgent(req)
      await deps.record(run.id, 'chunkRetried', parseBody(door.RetriedReport, req.body))
      done(res)
    })
    .post(paths.written, async (req, res) => {
      const run = asAgent(req)
      await deps.record(run.id, 'writeFinished', parseBody(door.WrittenReport, req.body))
      done(res)
    })
    .get(paths.seed, async (req, res) => {
      const run = asAgent(req)
      res.set('cache-control', 'no-store').json({ files: await deps.seed(run) })
    })
    .post(paths.seeded, async (req, res) => {
      const run = asAgent(req)
      await deps.record(run.id, 'seeded', parseBody(door.SeededReport, req.body))
      done(res)
    })
    .post(paths.failed, async (req, res) => {
      const run = asAgent(req)
      await deps.record(run.id, 'agentFailed', parseBody(door.FailedReport, req.body))
      done(res)
    })
}

/** What an agent may call in a run of any kind. */
const OF_EVERY_KIND = new Set<string>([door.AGENT_PATHS.progress, door.AGENT_PATHS.log, door.AGENT_PATHS.failed])

const kindOfPath = (path: string): RunKind =>
  path.startsWith(`${CAPTURE_PATH}/`) ? 'capture' : path === DISCOVER_PATH ? 'discover' : 'deploy'

/** A token is good for what its run does, and nothing else. */
function assertKind({ id, kind }: Run, path: string): void {
  if (OF_EVERY_KIND.has(path) || kindOfPath(path) === kind) return
  throw new AppError('agent.token_refused', `expected a path of a ${kind} run, got ${path} with the token of run ${id}`)
}

const peer = (req: Request): string => (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
