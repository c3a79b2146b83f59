import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import express, { type Router } from 'express'
import { withoutSecret } from '../boot/session-path.ts'
import { AppError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { createMachineErrorHandler } from '../servers/machine-error-handler.ts'
import { DOOR_LIMITS, type DoorLimits, limitConnections } from './door-limits.ts'

const HEADERS_MILLISECONDS = 15_000
const KEEP_ALIVE_MILLISECONDS = 60_000
/** How often requests that do not come to their end are looked for. */
const CHECK = { connectionsCheckingInterval: 5000 }

/** An HTTP server with one room's routes; slow heads, idle connections and readers that hardly read are cut. */
export function httpDoor(routes: Router, log: Log, limits: Partial<DoorLimits> = {}): Server {
  const all = { ...DOOR_LIMITS, ...limits }
  return bounded(createHttpServer(CHECK, application(routes, log)), all, all.stalledMilliseconds)
}

/** The same behind TLS. */
export function tlsDoor(
  routes: Router,
  pair: { key: string; certificate: string },
  log: Log,
  limits: Partial<DoorLimits> = {},
): Server {
  const options = { ...CHECK, key: pair.key, cert: pair.certificate, handshakeTimeout: HEADERS_MILLISECONDS }
  const server = createTlsServer({ ...options, minVersion: 'TLSv1.2' }, application(routes, log))
  return bounded(server, { ...DOOR_LIMITS, ...limits }, KEEP_ALIVE_MILLISECONDS)
}

function application(routes: Router, log: Log): express.Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(routes)
  app.use((req) => {
    throw new AppError(
      'resource.not_found',
      `expected a path of this door, got ${req.method} ${withoutSecret(req.originalUrl)}`,
    )
  })
  app.use(createMachineErrorHandler(log))
  return app
}

function bounded<S extends Server>(server: S, limits: DoorLimits, idleMilliseconds: number): S {
  server.headersTimeout = HEADERS_MILLISECONDS
  server.timeout = idleMilliseconds
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS
  limitConnections(server, limits)
  return server
}

/** Resolves when the server listens. Throws socket.failed naming the address. */
export function listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new AppError('socket.failed', `expected to listen on ${JSON.stringify(where)}: ${cause.message}`, {}, cause),
      ),
    )
    server.listen(where, resolve)
  })
}

const CLOSE_AGAIN_MILLISECONDS = 50

/**
 * Ends a server with all its connections. One that is in its TLS handshake is not yet known to the server and is closed
 * when it is; else it would keep the server for as long as an idle connection may live.
 */
export function closeDoor(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const again = setInterval(() => server.closeAllConnections(), CLOSE_AGAIN_MILLISECONDS)
    server.close(() => {
      clearInterval(again)
      resolve()
    })
    server.closeAllConnections()
  })
}
