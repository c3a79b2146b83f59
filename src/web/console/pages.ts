import type { Request, RequestHandler, Response } from 'express'
import type { HardwareProfile } from '../../domain/hardware-profile.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import type { Inventory } from '../../domain/inventory.ts'
import { roleIncludes } from '../../domain/role.ts'
import type { Segment } from '../../domain/segment.ts'
import type { RunDoor } from '../api/run-routes.ts'
import type { RunNewsFeed } from '../api/run-stream.ts'
import { actorOf } from '../authentication.ts'
import type { Views } from './views.ts'

type Machine = {
  name: string
  uuid?: string | undefined
  serial?: string | undefined
  macs: string[]
  profile: string
  inventory: Inventory | undefined
  unprovedBy: string | undefined
  seenAt: number | undefined
}
/** What the pages read. They change nothing by themselves: every action of a page is a call of the API. */
export type Pages = {
  views: Views
  runs: RunDoor
  feed: RunNewsFeed
  resources: {
    machines: { list(): Promise<Machine[]>; find(name: string): Promise<Machine | undefined> }
    images: { list(): Promise<ImageVersion[]> }
    profiles: { list(): Promise<HardwareProfile[]> }
    segments: { list(): Promise<Segment[]> }
  }
  leaseOf(mac: string): Promise<{ segment: string; address: string; expiresAt: number } | undefined>
  bootDecision(mac: string): Promise<{ kind: string; why?: string }>
}

/** Sends people who are not signed in to the sign-in page. */
export const requireSignIn: RequestHandler = (req, res, next) => {
  try {
    actorOf(req)
    next()
  } catch {
    res.redirect('/sign-in')
  }
}

/** Renders a page for the person who asks; `mayOperate` says whether buttons that change something work for them. */
export function sendPage(
  views: Views,
  req: Request,
  res: Response,
  view: string,
  values: Record<string, unknown>,
): void {
  const actor = actorOf(req)
  const shared = { actor, mayOperate: roleIncludes(actor.role, 'operator'), [`on_${req.path.split('/')[1]}`]: true }
  res
    .set('cache-control', 'no-store')
    .type('html')
    .send(views.page(view, { ...shared, ...values }))
}
