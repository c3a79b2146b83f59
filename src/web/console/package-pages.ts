import express, { type Router } from 'express'
import { actorOf } from '../authentication.ts'
import { refusalOfRole } from '../refusals.ts'
import { mostUsed, packageRow, roomBar } from './package-view.ts'
import { type Pages, sendPage } from './pages.ts'

/** The cache of packages: its room, its sources, and how machines are pointed at it. */
export function packagePages({ views, packages, resources }: Pages): Router {
  return express.Router().get('/packages', async (req, res) => {
    const stands = await packages.stands()
    const served = (await resources.segments.list()).filter(({ mode }) => mode !== 'off' && mode !== 'observe')
    const doors = [...new Set(served.map(({ address }) => `http://${address}:${packages.httpPort}`))]
    sendPage(views, req, res, 'packages', {
      title: 'Packages',
      cannot: refusalOfRole(actorOf(req), 'operator'),
      room: roomBar(stands),
      sources: stands.sources.map((stand) => packageRow(stand, stands.mostBytes, doors)),
      hasDoors: doors.length > 0 && stands.sources.length > 0,
      example: `${doors[0] ?? `http://ADDRESS:${packages.httpPort}`}/packages/${mostUsed(stands)}`,
    })
  })
}
