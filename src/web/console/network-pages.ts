import express, { type Router } from 'express'
import type { Segment } from '../../domain/segment.ts'
import { segmentNamed } from '../api/network-routes.ts'
import { live } from './live.ts'
import { leaseRow, noticeRow, poolBar, segmentCard, sightingRow } from './network-view.ts'
import { type Pages, sendPage } from './pages.ts'

const MOST_LEASES = 100
const MOST_SIGHTINGS = 100
const MOST_NOTICES = 20

/** The segments and what an admin should know of them, and the page of one. Both redraw themselves. */
export function networkPages(parts: Pages): Router {
  const { views, feed, network } = parts
  return express
    .Router()
    .get('/network', async (req, res) => {
      sendPage(views, req, res, 'network', { title: 'Network', ...(await networkValues(parts)) })
    })
    .get('/live/network', (_req, res) => {
      live(res, feed, {
        concerns: () => false,
        draw: async () => views.fragment('network-live', await networkValues(parts)),
      })
    })
    .get('/network/:name', async (req, res) => {
      const segment = await segmentNamed(network, String(req.params.name))
      const title = `Segment ${segment.name}`
      sendPage(views, req, res, 'segment', { title, ...(await segmentValues(parts, segment)) })
    })
    .get('/live/network/:name', async (req, res) => {
      const { name } = await segmentNamed(network, String(req.params.name))
      live(res, feed, {
        concerns: () => false,
        draw: async () => views.fragment('segment-live', await segmentValues(parts, await segmentNamed(network, name))),
      })
    })
}

async function networkValues({ network }: Pages) {
  const notices = network.notices()
  const segments = (await network.segments()).map((segment) => ({
    ...segmentCard(segment, network.isServed(segment.name)),
    pool: poolBar(network.pool(segment)),
    notices: notices.filter((notice) => notice.segment === segment.name).length,
  }))
  const strangers = await network.sightings(undefined)
  return {
    ...{ segments, notices: notices.slice(0, MOST_NOTICES).map(noticeRow), showsSegment: true },
    strangers: strangers.slice(0, MOST_NOTICES).map(sightingRow),
  }
}

async function segmentValues({ network }: Pages, segment: Segment) {
  const now = Date.now()
  const [leases, seen] = [await network.leases(segment.name), await network.sightings(segment.name)]
  const notices = network.notices().filter((notice) => notice.segment === segment.name)
  return {
    segment: segmentCard(segment, network.isServed(segment.name)),
    pool: poolBar(network.pool(segment)),
    leases: leases.slice(0, MOST_LEASES).map((lease) => leaseRow(lease, now)),
    moreLeases: Math.max(0, leases.length - MOST_LEASES),
    sightings: seen.slice(0, MOST_SIGHTINGS).map(sightingRow),
    notices: notices.slice(0, MOST_NOTICES).map(noticeRow),
  }
}
