import express, { type ErrorRequestHandler, type Router } from 'express'
import { AppError, ERROR_CODES } from '../../core/errors.ts'
import { assetRoutes } from './assets.ts'
import { bootPreviewPages } from './boot-preview-pages.ts'
import { dashboardPages } from './dashboard-pages.ts'
import { doctorPages } from './doctor-pages.ts'
import { imagePages } from './image-pages.ts'
import { machineImportPages } from './machine-import-pages.ts'
import { machinePages } from './machine-pages.ts'
import { networkPages } from './network-pages.ts'
import { packagePages } from './package-pages.ts'
import { type Pages, requireSignIn } from './pages.ts'
import { profilePages } from './profile-pages.ts'
import { runPages } from './run-pages.ts'
import { type SignInDoor, signInPages } from './sign-in-pages.ts'
import { templatePages } from './template-pages.ts'
import { loadViews, type Views } from './views.ts'

export type ConsoleDeps = Pages & { access: SignInDoor }

/** The console at `/`: server-rendered pages for people; everyone else is sent to the sign-in page. */
export function createConsole(deps: Omit<ConsoleDeps, 'views'>): Router {
  const parts = { ...deps, views: loadViews() }
  return express
    .Router()
    .use(assetRoutes())
    .use(signInPages(parts))
    .use(requireSignIn)
    .use(dashboardPages(parts))
    .use(runPages(parts))
    .use(machinePages(parts))
    .use(machineImportPages(parts))
    .use(profilePages(parts))
    .use(templatePages(parts))
    .use(imagePages(parts))
    .use(packagePages(parts))
    .use(networkPages(parts))
    .use(bootPreviewPages(parts))
    .use(doctorPages(parts))
    .use((req) => {
      throw new AppError('resource.not_found', `there is no page ${req.path}`)
    })
    .use(problemPage(parts.views))
}

/** A refusal as a page for people; what is our bug goes on to the one handler of errors. */
function problemPage(views: Views): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (!(error instanceof AppError) || res.headersSent) return next(error)
    const { status } = ERROR_CODES[error.code]
    const { code, message } = error
    res.status(status).set('cache-control', 'no-store').type('html')
    res.send(views.page('problem', { title: 'Not possible', status, code, message }))
  }
}
