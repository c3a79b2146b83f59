import type { LeaseBook } from '../addressing/lease-book.ts'
import { isOnSegment } from '../domain/segment.ts'
import type { PeerDirectory } from './peer-directory.ts'
import type { ServedSegments } from './served-segments.ts'

export type MachineAddressesDeps = {
  segmentNames(): Promise<string[]>
  leases: Pick<LeaseBook, 'findByMac'>
  served: Pick<ServedSegments, 'list'>
  peers: Pick<PeerDirectory, 'macOf'>
}

/**
 * The addresses that belong to a machine's MACs: those that it leases from us and, on a segment where another server
 * leases, `peer` itself when it is tied to one of them.
 */
export function createMachineAddresses({ segmentNames, leases, served, peers }: MachineAddressesDeps) {
  return async (macs: string[], peer: string): Promise<string[]> => {
    const names = await segmentNames()
    const leased = names.flatMap((segment) => macs.flatMap((mac) => leases.findByMac(segment, mac)?.address ?? []))
    const isTied = served
      .list()
      .filter((segment) => segment.mode === 'proxy' && isOnSegment(segment, peer))
      .some((segment) => macs.includes(peers.macOf(segment.interface, peer) ?? ''))
    return isTied && !leased.includes(peer) ? [...leased, peer] : leased
  }
}
