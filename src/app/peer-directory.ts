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
  /** Remembers who asked port 4011 from an address. */
  noteBootService(interfaceName: string, address: string, mac: string): void
}

/** A machine that boots asks again within minutes; later the address may be another's. */
const KEPT_MS = 15 * 60_000
const MOST_KEPT = 4096

/**
 * Ties an address to a machine by what the machine can not choose freely: the lease it holds from us, else the packet it
 * sent to port 4011, else the kernel's neighbour table. A MAC that it claims in a request is not asked for.
 */
export function createPeerDirectory({ segmentsOn, leaseMac, neighbourMac, clock }: PeerDirectoryDeps): PeerDirectory {
  const seen = new Map<string, { mac: string; until: number }>()
  const byBootService = (key: string): string | undefined => {
    const entry = seen.get(key)
    return entry && entry.until > clock.now() ? entry.mac : undefined
  }
  return {
    macOf: (interfaceName, address) => {
      const segments = segmentsOn(interfaceName)
      for (const { name, mode } of segments) {
        const mac = mode === 'authoritative' ? leaseMac(name, address) : undefined
        if (mac !== undefined) return mac
      }
      if (!segments.some((segment) => isOnSegment(segment, address))) return undefined
      return byBootService(`${interfaceName} ${address}`) ?? neighbourMac(interfaceName, address)
    },
    noteBootService: (interfaceName, address, mac) => {
      const key = `${interfaceName} ${address}`
      seen.delete(key)
      seen.set(key, { mac, until: clock.now() + KEPT_MS })
      if (seen.size > MOST_KEPT) seen.delete(seen.keys().next().value!)
    },
  }
}
