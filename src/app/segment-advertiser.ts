import type { Log } from '../core/log.ts'
import type { Segment } from '../domain/segment.ts'
import { type EmptyAdvertiser, openEmptyAdvertiser } from '../servers/empty-advertiser.ts'

/** Tells iPXE of a segment that there is no IPv6 router, where the segment allows it; else does nothing. */
export type SegmentAdvertiser = { tell(segment: Segment): void; stop(): Promise<void> }

/** iPXE waits 14 s for a router; one advertisement while it asks for an address ends that. Never fails a boot. */
export function createSegmentAdvertiser(interfaceName: string, log: Log): SegmentAdvertiser {
  let advertiser: EmptyAdvertiser | 'refused' | undefined
  const open = (): EmptyAdvertiser | 'refused' => {
    try {
      return openEmptyAdvertiser(interfaceName)
    } catch (error) {
      log.warn({ interface: interfaceName, error: String(error) }, 'no router advertisements: iPXE will wait for one')
      return 'refused'
    }
  }
  return {
    tell: (segment) => {
      if (segment.routerAdvertisement !== 'empty') return
      advertiser ??= open()
      if (advertiser !== 'refused' && !advertiser.send())
        log.debug({ segment: segment.name }, 'a router advertisement was not sent')
    },
    stop: async () => {
      if (advertiser !== 'refused') advertiser?.close()
      advertiser = undefined
    },
  }
}
