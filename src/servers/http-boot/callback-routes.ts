import express, { type Request, type RequestHandler, type Router } from 'express'
import * as z from 'zod'
import { CALLBACK_PATH } from '../../boot/session-path.ts'
import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import type { Run } from '../../domain/run/run.ts'
import { clientAddress } from './client-address.ts'

export type CallbackRoutesDeps = {
  /** The run of a token; undefined for one that is not ours. */
  runOf(token: string): Promise<Run | undefined>
  /** What it says, with the last lines of the log that it sent along. */
  said(run: Run, what: z.infer<typeof Said>, lines: string[], peer: string): Promise<void>
}

/** What a system or its installer may say of its set-up. None of it is proof. */
const Said = z.enum(['started', 'installed', 'failed'])
/** The end of a log is what tells why; more of it is not kept. */
const [MOST_BYTES, MOST_LINES, MOST_LETTERS] = [1024 * 1024, 200, 500]

/** A set-up says three things; who knows the path must not fill the disk by it. */
const MOST_SAID = 16
const MOST_RUNS = 1024

/** Where installers and first starts say how far they are: POST with their log as the body. The token is their run's and dies with it. */
export function callbackRoutes({ runOf, said }: CallbackRoutesDeps): Router {
  const body = express.raw({ type: () => true, limit: MOST_BYTES })
  const times = new Map<string, number>()
  const runs = new WeakMap<Request, Run>()
  const count = (id: string): number => {
    const count = (times.get(id) ?? 0) + 1
    if (times.size >= MOST_RUNS) times.clear()
    times.set(id, count)
    return count
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
  return express.Router().post(`${CALLBACK_PATH}/:token/:what`, known, body, async (req, res) => {
    const run = runs.get(req as Request)!
    const lines = linesOf(Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0))
    await said(run, Said.parse(req.params.what), lines, clientAddress(req as Request, undefined))
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
