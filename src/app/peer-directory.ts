import type { Clock } from '../core/clock.ts'
import { isOnSegment, type Segment } from '../domain/segment.ts'

export type PeerDirectoryDeps = {
  /** Every segment that is served on an interface now. */
  segmentsOn(interfaceName: string): readonly Segment[]
  leaseMac(segment: string, address: string): string | undefined
  /** The kernel's neighbour table. */
  neighbourMac(interfaceName: string, address: string): string | undefined
  clock: Clock
}

/** Which machine is behind an address. */
export type PeerDirectory = {
  /** The MAC behind an address of an interface's segments; undefined where nothing ties the address to a machine. */
  macOf(interfaceName: string, address: string): string | undefined
  /** The segment that an address of an interface lies in; undefined where it lies in none. */
  segmentOf(interfaceName: string, address: string): string | undefined
  /** Remembers who asked port 4011 from an address, or knew from there the path or the boot code of a session. */
  tie(interfaceName: string, address: string, mac: string, by: Tie['by']): void
  /** True when a machine was tied to some address by its session's secret: then nothing else may tie it. */
  knewSecret(interfaceName: string, macs: readonly string[]): boolean
}

type Tie = { mac: string; until: number; by: 'bootService' | 'sessionSecret' }

/** A machine that boots asks again within minutes; later the address may be another's. */
const KEPT_MS = 15 * 60_000
const MOST_KEPT = 4096

/**
 * Ties an address to a machine by what the machine can not choose freely: the lease it holds from us, else a secret of its
 * session, else the kernel's neighbour table. Only for an address that the table does not know, which is one behind a
 * router, the packet counts that was sent from there to port 4011, for all in it is a claim.
 */
export function createPeerDirectory({ segmentsOn, leaseMac, neighbourMac, clock }: PeerDirectoryDeps): PeerDirectory {
  const ties = new Map<string, Tie>()
  const secrets = new Map<string, number>()
  const remember = <T>(map: Map<string, T>, key: string, value: T): void => {
    map.delete(key)
    map.set(key, value)
    if (map.size > MOST_KEPT) map.delete(map.keys().next().value!)
  }
  const tied = (key: string): Tie | undefined => {
    const entry = ties.get(key)
    if (!entry || entry.until <= clock.now()) return undefined
    // A machine that is being written asks for longer than it took to boot.
    entry.until = clock.now() + KEPT_MS
    return entry
  }
  return {
    macOf: (interfaceName, address) => {
      const segments = segmentsOn(interfaceName)
      for (const { name, mode } of segments) {
        const mac = mode === 'authoritative' ? leaseMac(name, address) : undefined
        if (mac !== undefined) return mac
      }
      if (!segments.some((segment) => isOnSegment(segment, address))) return undefined
      const tie = tied(`${interfaceName} ${address}`)
      if (tie?.by === 'sessionSecret') return tie.mac
      // Anybody can write another's MAC into a packet; on the wire itself the kernel knows better.
      return neighbourMac(interfaceName, address) ?? tie?.mac
    },
    segmentOf: (interfaceName, address) =>
      segmentsOn(interfaceName).find((segment) => isOnSegment(segment, address))?.name,
    tie: (interfaceName, address, mac, by) => {
      const until = clock.now() + KEPT_MS
      remember(ties, `${interfaceName} ${address}`, { mac, until, by })
      if (by === 'sessionSecret') remember(secrets, `${interfaceName} ${mac}`, until)
    },
    knewSecret: (interfaceName, macs) =>
      macs.some((mac) => (secrets.get(`${interfaceName} ${mac}`) ?? Number.NEGATIVE_INFINITY) > clock.now()),
  }
}
