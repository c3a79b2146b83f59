import type { Request, RequestHandler, Response } from 'express'
import type { Conflict } from '../../domain/conflict.ts'
import type { HardwareProfile } from '../../domain/hardware-profile.ts'
import type { ImageJob } from '../../domain/image-job.ts'
import type { LifecycleStand } from '../../domain/image-lifecycle.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import type { Inventory } from '../../domain/inventory.ts'
import { roleIncludes } from '../../domain/role.ts'
import type { Run, RunSample } from '../../domain/run/run.ts'
import type { Segment } from '../../domain/segment.ts'
import type { FilesManifest } from '../../image/files-manifest.ts'
import type { BootPreviewDoor } from '../api/boot-preview-routes.ts'
import type { DepotStand } from '../api/depot-routes.ts'
import type { DoctorDoor } from '../api/doctor-routes.ts'
import type { MachineDoor } from '../api/machine-routes.ts'
import type { NetworkDoor } from '../api/network-routes.ts'
import type { PackageDoor } from '../api/package-routes.ts'
import type { ProfileDoor } from '../api/profile-routes.ts'
import type { RunDoor } from '../api/run-routes.ts'
import type { RunNewsFeed } from '../api/run-stream.ts'
import type { TemplateDoor, TemplateSaving } from '../api/template-routes.ts'
import { actorOf } from '../authentication.ts'
import type { ImageDoor } from '../image-facts.ts'
import type { LifeRecord } from './image-life-view.ts'
import type { SpaceFacts } from './library-view.ts'
import type { Views } from './views.ts'

/** A machine as pages show it. */
export type MachineRow = {
  name: string
  uuid?: string | undefined
  serial?: string | undefined
  macs: string[]
  /** The profile that it has, and why. */
  chosen: { name: string | undefined; by: 'person' | 'rules' | undefined; why: string }
  discoveredAt: number | undefined
  inventory: Inventory | undefined
  unprovedBy: string | undefined
  seenAt: number | undefined
}

/** What the pages of the library read of it. */
export type LibraryDoor = {
  record(which: { name: string; version: string }): Promise<LifeRecord>
  stand(row: ImageVersion): Promise<LifecycleStand>
  channelNames: readonly string[]
  /** What the channels of an image point at. */
  channels(image: string): Promise<{ channel: string; version: string | undefined; rollback: string | undefined }[]>
  files(digest: string): Promise<{ manifest: FilesManifest; signedBy: string }>
  jobs(): ImageJob[]
  /** Throws when a manifest can not be read. */
  space(): Promise<SpaceFacts>
  faults(): Promise<
    { digest: string; problem: string; foundAt: number; healedAt: number | null; healedFrom?: string | null }[]
  >
  depots(): Promise<DepotStand[]>
  /** Hosts that images may be fetched from. */
  importHosts: readonly string[]
}

/** What the pages read. They change nothing by themselves: every action of a page is a call of the API, or of what it calls. */
export type Pages = {
  views: Views
  runs: RunDoor
  openRuns(): Promise<Run[]>
  transfers(id: string): Promise<RunSample[]>
  feed: RunNewsFeed
  resources: {
    machines: {
      list(): Promise<MachineRow[]>
      find(name: string): Promise<MachineRow | undefined>
      inventories: MachineDoor['inventories']
    }
    profiles: { list(): Promise<HardwareProfile[]> }
    segments: { list(): Promise<Segment[]> }
  }
  profiles: ProfileDoor
  templates: TemplateDoor
  saveTemplate: TemplateSaving
  images: ImageDoor
  library: LibraryDoor
  /** `httpPort`: of the door where machines get packages. */
  packages: Pick<PackageDoor, 'stands'> & { httpPort: number }
  leaseOf(mac: string): Promise<{ segment: string; address: string; expiresAt: number } | undefined>
  bootPreview: BootPreviewDoor
  network: NetworkDoor
  doctor: DoctorDoor
  /** Of one machine, or of all. */
  conflictsOf(machine?: string): Promise<Conflict[]>
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
  const place = req.path.split('/')[1] || 'dashboard'
  const shared = { actor, mayOperate: roleIncludes(actor.role, 'operator'), [`on_${place}`]: true }
  res
    .set('cache-control', 'no-store')
    .type('html')
    .send(views.page(view, { ...shared, ...values }))
}
