import { createLeaseBook, type LeaseBook } from '../addressing/lease-book.ts'
import type { Segment } from '../domain/segment.ts'
import { createDhcpServer, type DhcpServerDeps, type DhcpSighting } from '../servers/dhcp/dhcp-server.ts'
import { createBootService } from '../servers/proxy-dhcp/boot-service.ts'
import type { Appliance } from './appliance.ts'
import { dhcpEvidence } from './dhcp-evidence.ts'
import type { MachineEvidence } from './machine-evidence.ts'
import type { PeerDirectory } from './peer-directory.ts'
import type { RunParts } from './run-parts.ts'
import { createSegmentAdvertiser } from './segment-advertiser.ts'
import type { SegmentNotices } from './segment-notices.ts'

export type DhcpDoorParts = {
  appliance: Appliance
  runs: Pick<RunParts, 'decider' | 'whyImpostor' | 'sessionPaths'>
  evidence: Pick<MachineEvidence, 'note'>
  leases: LeaseBook
  imagined: LeaseBook
  peers: PeerDirectory
  notices: SegmentNotices
}
/** What of the appliance an answer depends on. */
type AnsweringAppliance = { appliance: { settings: { machines: { httpPort: number } } } }
export type Door = { start(): Promise<void>; stop(): Promise<void> }
/** Where a door is, and the segments that it serves at any moment. */
export type DoorPlace = { interface: string; address: string; segments(): readonly Segment[] }

/** Leases of segments that are only observed: they are made up, and go with the service. */
export const createImaginedLeases = (appliance: Pick<Appliance, 'clock'>): LeaseBook =>
  createLeaseBook({ store: { all: async () => [], save: async () => {} }, clock: appliance.clock })

/** DHCP of one interface; every packet that it hears becomes evidence. */
export function createDhcpDoor(parts: DhcpDoorParts, place: Omit<DoorPlace, 'address'>): Door {
  const { appliance, leases, imagined, notices } = parts
  const advertiser = createSegmentAdvertiser(place.interface, appliance.log)
  const segmentOf = (name: string): Segment | undefined => place.segments().find((segment) => segment.name === name)
  const server = createDhcpServer({
    ...{ ...place, ...answerParts(parts), leases, imagined, clock: appliance.clock, log: appliance.log },
    observe: (seen) => {
      const segment = segmentOf(seen.segment)
      const isAnswered = seen.answer === 'offer' || seen.answer === 'ack'
      if (segment && seen.stage === 'ipxe' && isAnswered && seen.mode !== 'observe') advertiser.tell(segment)
      noteSighting(parts, seen)
      if (segment) notices.watch(segment, seen)
    },
    addressInUse: notices.addressInUse,
  })
  return {
    start: () => server.start(),
    stop: async () => {
      await server.stop()
      await advertiser.stop()
    },
  }
}

/** PXE's boot service of one interface, for its segments in mode `proxy`. */
export function createBootServiceDoor(parts: DhcpDoorParts, place: Omit<DoorPlace, 'address'>): Door {
  return createBootService({
    ...{ ...place, ...answerParts(parts), log: parts.appliance.log },
    segments: () => place.segments().filter(({ mode }) => mode === 'proxy'),
    observe: (seen, peer) => {
      if (seen.answer === 'ack') parts.peers.tie(place.interface, peer, seen.mac, 'bootService')
      noteSighting(parts, seen)
    },
  })
}

/** What every DHCP answer is decided by: the appliance's runs, and their one decider. */
export const answerParts = ({
  appliance,
  runs,
}: Pick<DhcpDoorParts, 'runs'> & AnsweringAppliance): Pick<
  DhcpServerDeps,
  'httpPort' | 'whyImpostor' | 'decide' | 'sessionPath'
> => ({
  httpPort: appliance.settings.machines.httpPort,
  whyImpostor: runs.whyImpostor,
  decide: (client, moment) =>
    moment === 'foresee' ? runs.decider.foresee(client) : runs.decider.decide(client, moment === 'discover'),
  sessionPath: runs.sessionPaths.issue,
})

function noteSighting({ appliance, evidence }: DhcpDoorParts, seen: DhcpSighting): void {
  for (const { what, type, detail } of dhcpEvidence(seen))
    void evidence.note({ at: appliance.clock.now(), mac: seen.mac, segment: seen.segment, what, detail }, type)
}
