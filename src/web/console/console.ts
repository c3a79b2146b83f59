import express, { type Router } from 'express'
import { assetRoutes } from './assets.ts'
import { type Pages, requireSignIn } from './pages.ts'
import { resourcePages } from './resource-pages.ts'
import { runPages } from './run-pages.ts'
import { type SignInDoor, signInPages } from './sign-in-pages.ts'
import { loadViews } from './views.ts'

export type ConsoleDeps = Pages & { access: SignInDoor }

/** The console at `/`: server-rendered pages for people; everyone else is sent to the sign-in page. */
export function createConsole(deps: Omit<ConsoleDeps, 'views'>): Router {
  const parts = { ...deps, views: loadViews() }
  return express
    .Router()
    .use(assetRoutes())
    .use(signInPages(parts))
    .use(requireSignIn)
    .get('/', (_req, res) => res.redirect('/runs'))
    .use(runPages(parts))
    .use(resourcePages(parts))
}
