import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Lease, PoolUse } from '../../domain/lease.ts'
import type { Segment } from '../../domain/segment.ts'
import { NOTICES, type SegmentNotice } from '../../domain/segment-notice.ts'
import type { Sighting } from '../../domain/sighting.ts'
import { LeaseAnswer, NoticeAnswer, SightingAnswer } from './answers-network.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** A lease or a sighting with the name of the registered machine that has its MAC. */
export type WithMachine<T> = T & { machine: string | undefined }

/** What people can see of the segments. */
export type NetworkDoor = {
  segments(): Promise<Segment[]>
  /** False where its doors could not be opened, or it is switched off. */
  isServed(segment: string): boolean
  /** How much of its pool is in use; undefined where it gives no addresses. */
  pool(segment: Segment): PoolUse | undefined
  /** Every lease that it gave and no other client has now, by address. */
  leases(segment: string): Promise<WithMachine<Lease>[]>
  /** What was heard on it, newest first; without a name what was heard on none. */
  sightings(segment: string | undefined): Promise<WithMachine<Sighting>[]>
  /** Newest first. */
  notices(): SegmentNotice[]
}

const ByName = z.object({ name: z.string().min(1).max(63) })
const ByNameUpTo = ByName.extend({ limit: z.coerce.number().int().min(1).max(1000).default(200) })

/** Leases, exchanges and notices of the segments. */
export function networkRoutes(network: NetworkDoor): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'get', path: '/segments/{name}/leases', says: 'Leases of a segment, by address', role: 'viewer' },
      ...{ params: ByName, answer: z.array(LeaseAnswer) },
      handle: async ({ params }) => network.leases((await segmentNamed(network, params.name)).name),
    }),
    endpoint({
      ...{ method: 'get', path: '/segments/{name}/sightings', says: 'What was heard on a segment, newest first' },
      ...{ role: 'viewer', params: ByNameUpTo, answer: z.array(SightingAnswer) },
      handle: async ({ params }) =>
        (await network.sightings((await segmentNamed(network, params.name)).name)).slice(0, params.limit),
    }),
    endpoint({
      ...{ method: 'get', path: '/notices', says: 'What an admin should know of the segments, newest first' },
      ...{ role: 'viewer', answer: z.array(NoticeAnswer) },
      handle: async () => network.notices().map((notice) => ({ ...notice, remedy: NOTICES[notice.kind].remedy })),
    }),
  ]
}

/** The segment of a name. Throws resource.not_found. */
export async function segmentNamed({ segments }: Pick<NetworkDoor, 'segments'>, name: string): Promise<Segment> {
  const found = (await segments()).find((segment) => segment.name === name)
  if (found) return found
  throw new AppError('resource.not_found', `expected a segment, there is no ${name}`)
}
