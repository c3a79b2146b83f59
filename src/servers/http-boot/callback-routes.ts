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
const [TAIL_BYTES, MOST_LINES, MOST_LETTERS] = [256 * 1024, 200, 500]
/** A whole log may be sent; what would never end is cut. */
const MOST_BYTES = 256 * 1024 * 1024

/** A set-up says three things; who knows the path must not fill the disk by it. */
const MOST_SAID = 16
const MOST_RUNS = 1024

/** Where installers and first starts say how far they are: POST with their log as the body. The token is their run's and dies with it. */
export function callbackRoutes({ runOf, said }: CallbackRoutesDeps): Router {
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
  return express.Router().post(`${CALLBACK_PATH}/:token/:what`, known, async (req, res) => {
    const run = runs.get(req as Request)!
    const lines = linesOf(await tailOf(req as Request))
    await said(run, Said.parse(req.params.what), lines, clientAddress(req as Request, undefined))
    res.status(204).end()
  })
}

/** The end of what is sent: it tells why. Throws request.invalid for what is longer than any log. */
async function tailOf(req: Request): Promise<Buffer> {
  let tail = Buffer.alloc(0)
  let bytes = 0
  for await (const part of req as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > MOST_BYTES)
      throw new AppError('request.invalid', `expected a log of at most ${MOST_BYTES} bytes, got more`)
    tail = Buffer.concat([tail, part])
    if (tail.length > 2 * TAIL_BYTES) tail = Buffer.from(tail.subarray(-TAIL_BYTES))
  }
  return tail.subarray(-TAIL_BYTES)
}

const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-MOST_LINES)
    .map((line) => printable(line).slice(0, MOST_LETTERS))
