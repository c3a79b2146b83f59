import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import express, { type Router } from 'express'

const require = createRequire(import.meta.url)
const own = (name: string): string => fileURLToPath(new URL(`./assets/${name}`, import.meta.url))

/** Everything a page loads: its path under /assets and the file it is, ours or of an npm package. Nothing comes from elsewhere. */
const ASSETS: Readonly<Record<string, string>> = {
  'tabler.css': require.resolve('@tabler/core/dist/css/tabler.min.css'),
  'htmx.js': require.resolve('htmx.org/dist/htmx.min.js'),
  'htmx-sse.js': require.resolve('htmx.org/dist/ext/hx-sse.min.js'),
  'uplot.css': require.resolve('uplot/dist/uPlot.min.css'),
  'uplot.js': require.resolve('uplot/dist/uPlot.iife.min.js'),
  'tus.js': require.resolve('tus-js-client/dist/tus.min.js'),
  'console.css': own('console.css'),
  'console.js': own('console.js'),
  'import.js': own('import.js'),
  'machine-import.js': own('machine-import.js'),
  'profile-form.js': own('profile-form.js'),
  'profile.css': own('profile.css'),
  'template.css': own('template.css'),
  'run-page.js': own('run-page.js'),
  'transfer-plot.js': own('transfer-plot.js'),
  'library.css': own('library.css'),
  'parts.css': own('parts.css'),
  'dashboard.css': own('dashboard.css'),
  'timeline.css': own('timeline.css'),
  'network.css': own('network.css'),
  'phone.css': own('phone.css'),
  'icon.svg': own('icon.svg'),
}

/** Serves the assets by name; no path from outside reaches the file system. */
export function assetRoutes(): Router {
  const router = express.Router()
  for (const [name, file] of Object.entries(ASSETS))
    router.get(`/assets/${name}`, (_req, res) => res.sendFile(file, { maxAge: '1h', dotfiles: 'allow' }))
  return router
}
