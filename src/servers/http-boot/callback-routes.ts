import express, { type Request, type RequestHandler, type Router } from 'express'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import type { Run } from '../../domain/run/run.ts'
import type { RunEventType } from '../../domain/run/run-events.ts'
import { clientAddress } from './client-address.ts'

export type CallbackRoutesDeps = {
  /** The run of a token; undefined for one that is not ours. */
  runOf(token: string): Promise<Run | undefined>
  record(runId: string, type: RunEventType, detail: Record<string, unknown>): Promise<unknown>
  log(runId: string, lines: string[]): Promise<void>
}

/** What a system or its installer may say of its set-up. None of it is proof. */
const Said = z.enum(['started', 'installed', 'failed'])
/** The end of a log is what tells why; more of it is not kept. */
const [MOST_BYTES, MOST_LINES, MOST_LETTERS] = [1024 * 1024, 200, 500]

/** A set-up says three things; who knows the path must not fill the disk by it. */
const MOST_SAID = 16
const MOST_RUNS = 1024

/** Where installers and first starts say how far they are: POST with their log as the body. The token is their run's and dies with it. */
export function callbackRoutes({ runOf, record, log }: CallbackRoutesDeps): Router {
  const body = express.raw({ type: () => true, limit: MOST_BYTES })
  const said = new Map<string, number>()
  const runs = new WeakMap<Request, Run>()
  const count = (id: string): number => {
    const times = (said.get(id) ?? 0) + 1
    if (said.size >= MOST_RUNS) said.clear()
    said.set(id, times)
    return times
  }
  const known: RequestHandler<{ token: string; what: string }> = async (req, _res, next) => {
    const run = Said.safeParse(req.params.what).success ? await runOf(req.params.token) : undefined
    if (!run || run.endedAt !== undefined)
      throw new AppError('resource.not_found', 'expected the path of an open run, got another')
    if (count(run.id) > MOST_SAID)
      throw new AppError('request.too_many', `expected at most ${MOST_SAID} calls of one run, got another`)
    runs.set(req as Request, run)
    next()
  }
  return express.Router().post('/boot/callback/:token/:what', known, body, async (req, res) => {
    const run = runs.get(req as Request)!
    const lines = linesOf(Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0))
    if (lines.length > 0) await log(run.id, lines)
    const detail = { what: req.params.what, peer: clientAddress(req as Request, undefined), lines: lines.length }
    await record(run.id, 'systemSaid', detail)
    res.status(204).end()
  })
}

const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-MOST_LINES)
    .map((line) => printable(line).slice(0, MOST_LETTERS))
