import express, { type Express, type RequestHandler } from 'express'
import { AppError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { MOST_BYTES } from '../domain/machine-import/import-row.ts'
import { type Endpoint, endpointRouter } from './api/endpoint.ts'
import { IMPORT_MEDIA } from './api/machine-import-routes.ts'
import { openApiDocument } from './api/openapi.ts'
import { type Authenticator, identify, requireActor } from './authentication.ts'
import { createErrorHandler } from './error-handler.ts'

export type PeopleDoorDeps = {
  access: Authenticator
  endpoints: Endpoint[]
  /** Console pages with their own sign-in page; mounted at `/`. */
  console: RequestHandler
  /** Resumable uploads at their path below the API. */
  uploads: RequestHandler
  metrics(): Promise<string>
  ready(): Promise<boolean>
  version: string
  log: Log
}

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; img-src 'self' data:",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

/** The people's door: health, API and console. Nothing of the API answers without a person. */
export function createPeopleDoor(deps: PeopleDoorDeps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use((_req, res, next) => {
    res.set(SECURITY_HEADERS)
    next()
  })
  app.get('/healthz', (_req, res) => void res.json({ ok: true }))
  app.get('/readyz', async (_req, res) => {
    const ready = await deps.ready()
    res.status(ready ? 200 : 503).json({ ready })
  })
  app.use(identify(deps.access))
  app.get('/metrics', requireActor, async (_req, res) => void res.type('text/plain').send(await deps.metrics()))
  // Before the body of anything is read: an upload is read by its own protocol.
  app.all(/^\/api\/v1\/uploads(\/|$)/, requireActor, deps.uploads)
  app.use('/api/v1', requireActor, express.json({ limit: '1mb' }), fileText, apiRouter(deps))
  app.use(deps.console)
  app.use(createErrorHandler(deps.log))
  return app
}

/** Files that people keep themselves, as text. */
const fileText = express.text({ type: [...IMPORT_MEDIA], limit: MOST_BYTES })

function apiRouter(deps: PeopleDoorDeps): express.Router {
  return express
    .Router()
    .get('/openapi.json', (_req, res) => void res.json(openApiDocument(deps.endpoints, deps.version)))
    .use(endpointRouter(deps.endpoints))
    .use((req) => {
      throw new AppError('resource.not_found', `expected a path of the API, got ${req.method} ${req.path}`)
    })
}
