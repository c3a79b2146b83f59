import type { LeaseBook } from '../addressing/lease-book.ts'
import { whyNoLoader } from '../boot/firmware.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Segment } from '../domain/segment.ts'
import type { SegmentNotice } from '../domain/segment-notice.ts'
import type { Squatter } from '../servers/dhcp/address-watch.ts'
import type { DhcpSighting } from '../servers/dhcp/dhcp-server.ts'

export type SegmentNoticesDeps = {
  leases: Pick<LeaseBook, 'list' | 'size'>
  clock: Clock
  log: Log
}

/** What an admin should know of the segments: kept in memory, the newest last, and told to the log once each. */
export type SegmentNotices = {
  watch(segment: Segment, seen: DhcpSighting): void
  addressInUse(squatter: Squatter & { why: string }): void
  list(): readonly SegmentNotice[]
}

const MOST_KEPT = 500
/** The same thing is told again only after this long. */
const AGAIN_MS = 10 * 60_000
const MOST_HOLDERS = 1000

export function createSegmentNotices({ leases, clock, log }: SegmentNoticesDeps): SegmentNotices {
  const kept: SegmentNotice[] = []
  const toldAt = new Map<string, number>()
  const tell = (key: string, make: () => Omit<SegmentNotice, 'at'>): void => {
    const now = clock.now()
    if (now - (toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return
    toldAt.delete(key)
    toldAt.set(key, now)
    if (toldAt.size > MOST_KEPT) toldAt.delete(toldAt.keys().next().value!)
    const notice = { at: now, ...make() }
    kept.push(notice)
    if (kept.length > MOST_KEPT) kept.shift()
    const { holders, ...said } = notice
    log.warn({ ...said, holders: holders?.length }, 'segment notice')
  }
  const holdersOf = (segment: string): SegmentNotice['holders'] =>
    leases
      .list(segment)
      .filter(({ state, expiresAt }) => state !== 'released' && expiresAt > clock.now())
      .slice(0, MOST_HOLDERS)
      .map(({ address, mac, hostName, state, expiresAt }) => ({ address, mac, hostName, state, expiresAt }))

  return {
    watch: ({ name, mode, address }, seen) => {
      // On a segment that is only observed the addresses are made up.
      if (seen.exhausted && mode !== 'observe')
        tell(`exhausted ${name}`, () => ({
          ...{ kind: 'poolExhausted', segment: name, holders: holdersOf(name) },
          says: `all ${leases.size(name)} addresses are leased, offered or set aside; ${seen.mac} got none`,
        }))
      const other = seen.otherServer
      if (other !== undefined && other !== address && mode === 'authoritative')
        tell(`server ${name} ${other}`, () => ({
          ...{ kind: 'otherServer', segment: name },
          says: `${seen.mac} chose another DHCP server, ${other}`,
        }))
      const noLoader = seen.stage === 'firmware' ? whyNoLoader(seen.arch) : undefined
      if (noLoader !== undefined)
        tell(`arch ${name} ${seen.arch}`, () => ({ kind: 'noLoader', segment: name, says: `${seen.mac}: ${noLoader}` }))
    },
    addressInUse: ({ segment, address, mac, why }) =>
      tell(`in use ${segment} ${address} ${mac}`, () => ({ kind: 'addressInUse', segment, says: why })),
    list: () => kept,
  }
}
