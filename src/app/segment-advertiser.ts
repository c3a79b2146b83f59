import type { Log } from '../core/log.ts'
import type { Segment } from '../domain/segment.ts'
import { type EmptyAdvertiser, openEmptyAdvertiser } from '../servers/empty-advertiser.ts'

/** Tells iPXE of a segment that there is no IPv6 router, where the segment allows it; else does nothing. */
export type SegmentAdvertiser = { start(): Promise<void>; stop(): Promise<void>; tell(): void }

/** iPXE waits 14 s for a router; one advertisement while it asks for an address ends that. Never fails a boot. */
export function createSegmentAdvertiser(segment: Segment, log: Log): SegmentAdvertiser {
  let advertiser: EmptyAdvertiser | undefined
  return {
    start: async () => {
      if (segment.routerAdvertisement !== 'empty') return
      try {
        advertiser = openEmptyAdvertiser(segment.interface)
      } catch (error) {
        log.warn({ segment: segment.name, error: String(error) }, 'no router advertisements: iPXE will wait for one')
      }
    },
    stop: async () => {
      advertiser?.close()
      advertiser = undefined
    },
    tell: () => {
      if (advertiser && !advertiser.send()) log.debug({ segment: segment.name }, 'a router advertisement was not sent')
    },
  }
}
