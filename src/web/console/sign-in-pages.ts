import express, { type Response, type Router } from 'express'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { parse } from '../api/parse.ts'
import { assertOwnOrigin, SESSION_COOKIE, sessionCookie } from '../authentication.ts'
import type { Views } from './views.ts'

const SESSION_SECONDS = 12 * 3600

export type SignInDoor = {
  signIn(name: string, password: string, address: string): Promise<string>
  useLink(secret: string, password: string): Promise<string>
  signOut(secret: string): Promise<unknown>
}

const SignIn = z.object({ name: z.string().max(64), password: z.string().max(256) })
const UseLink = z.object({ secret: z.string().max(128), password: z.string().max(256) })

/** Sign-in by name and password, by one-time link, and sign-out. A new session id is made at every sign-in. */
export function signInPages({ access, views }: { access: SignInDoor; views: Views }): Router {
  const form = express.urlencoded({ extended: false, limit: '8kb' })
  const show = (res: Response, view: 'sign-in' | 'sign-in-link', message?: string, status = 200): void =>
    void res
      .status(status)
      .set('cache-control', 'no-store')
      .type('html')
      .send(views.page(view, { title: 'Sign in', message }))
  const enter = (res: Response, session: string, secure: boolean): void => {
    res.cookie(SESSION_COOKIE, session, {
      httpOnly: true,
      sameSite: 'strict',
      secure,
      path: '/',
      maxAge: SESSION_SECONDS * 1000,
    })
    res.redirect(303, '/')
  }
  const attempt = async (
    res: Response,
    view: 'sign-in' | 'sign-in-link',
    secure: boolean,
    work: () => Promise<string>,
  ): Promise<void> => {
    try {
      enter(res, await work(), secure)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      show(res, view, error.message, error.code === 'request.too_many' ? 429 : 401)
    }
  }
  return express
    .Router()
    .get('/sign-in', (_req, res) => show(res, 'sign-in'))
    .get('/sign-in/link', (_req, res) => show(res, 'sign-in-link'))
    .post('/sign-in', form, async (req, res) => {
      assertOwnOrigin(req)
      const { name, password } = parse(SignIn, req.body ?? {})
      await attempt(res, 'sign-in', req.secure, () =>
        access.signIn(name, password, req.socket.remoteAddress ?? 'socket'),
      )
    })
    .post('/sign-in/link', form, async (req, res) => {
      assertOwnOrigin(req)
      const { secret, password } = parse(UseLink, req.body ?? {})
      await attempt(res, 'sign-in-link', req.secure, () => access.useLink(secret, password))
    })
    .post('/sign-out', form, async (req, res) => {
      assertOwnOrigin(req)
      const session = sessionCookie(req)
      if (session) await access.signOut(session)
      res.clearCookie(SESSION_COOKIE).redirect(303, '/sign-in')
    })
}
