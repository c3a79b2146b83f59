import express, { type Request, type Router } from 'express'
import type { Inventory } from '../../domain/inventory.ts'
import type { Run } from '../../domain/run/run.ts'
import { storedBound } from '../../image/chunk-codec.ts'
import type { Chunk } from '../../image/manifest.ts'
import { InventoryReport } from '../../protocol/agent-door.ts'
import * as door from '../../protocol/capture-door.ts'
import { EXACT_PATHS } from './exact-paths.ts'
import { parseBody } from './parse-body.ts'

/** The digests of the largest disk that the format allows; only the holder of a session token is read that far. */
const MOST_DIGESTS = '256mb'
const MOST_CHUNK = 4 << 20

/** What the agents' door needs for captures. */
export type CaptureDoor = {
  plan(run: Run, inventory: Inventory): Promise<door.CapturePlan>
  generalised(run: Run, report: door.GeneralisedReport): Promise<void>
  known(run: Run, raws: readonly string[]): Promise<string[]>
  take(run: Run, stored: Uint8Array<ArrayBuffer>, chunk: Chunk, rawBytes: number): Promise<void>
  finished(run: Run, report: door.FinishedReport): Promise<string[]>
  reread(run: Run, digests: readonly string[], seconds: number): Promise<void>
}

const { CAPTURE_PATHS: paths } = door

/** The calls whose bodies are larger than those of the others, or no JSON. */
export function captureBodyRoutes(captures: CaptureDoor, asAgent: (req: Request) => Run): Router {
  return express
    .Router(EXACT_PATHS)
    .post(paths.finished, express.json({ limit: MOST_DIGESTS }), async (req, res) => {
      res.json({ missing: await captures.finished(asAgent(req), parseBody(door.FinishedReport, req.body)) })
    })
    .post(paths.reread, express.json({ limit: MOST_DIGESTS }), async (req, res) => {
      const { digests, seconds } = parseBody(door.RereadReport, req.body)
      await captures.reread(asAgent(req), digests, seconds)
      res.status(204).end()
    })
    .put(`${paths.chunk}/:digest`, express.raw({ limit: storedBound(MOST_CHUNK) }), async (req, res) => {
      const facts = parseBody(door.ChunkFacts, {
        ...{ digest: req.params.digest, raw: req.get(door.CHUNK_HEADERS.raw) },
        rawBytes: Number(req.get(door.CHUNK_HEADERS.rawBytes)),
      })
      const stored = new Uint8Array(Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0))
      const { digest, raw, rawBytes } = facts
      await captures.take(asAgent(req), stored, { digest, raw, length: stored.length }, rawBytes)
      res.status(204).end()
    })
}

/** The other calls of a capture. */
export function captureRoutes(captures: CaptureDoor, asAgent: (req: Request) => Run): Router {
  return express
    .Router(EXACT_PATHS)
    .post(paths.plan, async (req, res) => {
      res.json(await captures.plan(asAgent(req), parseBody(InventoryReport, req.body).inventory))
    })
    .post(paths.generalised, async (req, res) => {
      await captures.generalised(asAgent(req), parseBody(door.GeneralisedReport, req.body))
      res.status(204).end()
    })
    .post(paths.known, async (req, res) => {
      res.json({ known: await captures.known(asAgent(req), parseBody(door.KnownQuestion, req.body).raws) })
    })
}
