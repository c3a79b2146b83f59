import type { Request, RequestHandler } from 'express'
import { AppError } from '../core/errors.ts'
import { type Role, roleIncludes } from '../domain/role.ts'

export const SESSION_COOKIE = 'slipway_session'

/** Who is asking, as the access room knows them. */
export type Actor = { name: string; role: Role }
export type Authenticator = { authenticate(secret: string): Promise<Actor | undefined> }

const actors = new WeakMap<Request, Actor>()

/** The signed-in person of a request. Throws request.unauthenticated: no route may forget to ask. */
export function actorOf(req: Request): Actor {
  const actor = actors.get(req)
  if (actor) return actor
  throw new AppError('request.unauthenticated', 'expected to be signed in or an Authorization: Bearer token')
}

/** Like actorOf, and the person has at least the role. Throws request.forbidden. */
export function actorWith(req: Request, role: Role): Actor {
  const actor = actorOf(req)
  if (roleIncludes(actor.role, role)) return actor
  throw new AppError('request.forbidden', `expected the role ${role}, ${actor.name} is ${actor.role}`)
}

/** Finds out who is asking, by bearer token or by session cookie; a cookie counts for changes only from our own pages. */
export function identify(access: Authenticator): RequestHandler {
  return async (req, _res, next) => {
    const bearer = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1]
    const cookie = bearer ? undefined : sessionCookie(req)
    if (cookie && !isSafe(req)) assertOwnOrigin(req)
    const secret = bearer ?? cookie
    const actor = secret ? await access.authenticate(secret) : undefined
    if (actor) actors.set(req, actor)
    next()
  }
}

/** Refuses everything from people who are not signed in. */
export const requireActor: RequestHandler = (req, _res, next) => {
  actorOf(req)
  next()
}

export function sessionCookie(req: Request): string | undefined {
  const cookies = (req.headers.cookie ?? '').split(/;\s*/)
  return cookies.find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1)
}

const isSafe = (req: Request): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(req.method)

/** Another site can make a browser send our cookie, but not our Origin. Throws request.origin_refused. */
export function assertOwnOrigin(req: Request): void {
  const origin = req.headers.origin
  if (origin !== undefined && URL.canParse(origin) && new URL(origin).host === req.headers.host) return
  throw new AppError(
    'request.origin_refused',
    `expected a request from this console, its Origin is ${origin ?? 'absent'}`,
  )
}
