import type { LeaseBook } from '../addressing/lease-book.ts'
import { loaderNamed } from '../boot/firmware.ts'
import type { Segment } from '../domain/segment.ts'
import { createDhcpServer } from '../servers/dhcp/dhcp-server.ts'
import { createTftpServer, type TftpSighting } from '../servers/tftp/tftp-server.ts'
import type { TransferLanes } from '../servers/tftp/transfer-lanes.ts'
import type { Appliance } from './appliance.ts'
import type { createBootAnswers } from './boot-answers.ts'
import { dhcpEvidence } from './dhcp-evidence.ts'
import type { MachineEvidence } from './machine-evidence.ts'
import type { RunParts } from './run-parts.ts'
import { createSegmentAdvertiser } from './segment-advertiser.ts'
import { openTftpFile } from './tftp-files.ts'

export type SegmentPacketServersParts = {
  appliance: Appliance
  runs: RunParts
  evidence: MachineEvidence
  leases: LeaseBook
  answers: ReturnType<typeof createBootAnswers>
  /** The threads that send files by TFTP, for all segments. */
  lanes: TransferLanes
}
type PacketServer = { start(): Promise<void>; stop(): Promise<void> }

/** DHCP and TFTP of one segment; every packet they answer becomes evidence. */
export function createSegmentPacketServers(parts: SegmentPacketServersParts, segment: Segment): PacketServer[] {
  const { appliance, runs, evidence, leases } = parts
  const { clock, log, settings } = appliance
  const advertiser = createSegmentAdvertiser(segment, log)
  const dhcp = createDhcpServer({
    ...{ segment, httpPort: settings.machines.httpPort, leases, log },
    whyImpostor: runs.whyImpostor,
    decide: (client, messageType) => runs.decider.decide(client, messageType === 'discover'),
    observe: (seen) => {
      if (seen.stage === 'ipxe' && (seen.answer === 'offer' || seen.answer === 'ack')) advertiser.tell()
      for (const { what, type, detail } of dhcpEvidence(seen))
        void evidence.note({ at: clock.now(), mac: seen.mac, what, detail }, type)
    },
  })
  return [advertiser, dhcp, createSegmentTftpServer(parts, segment)]
}

const TFTP_EVENTS = { complete: 'loaderRead', aborted: 'loaderAborted', failed: undefined } as const

/** Loaders by TFTP, for machines that have a lease here and may boot from the network now. */
function createSegmentTftpServer(parts: SegmentPacketServersParts, segment: Segment): PacketServer {
  const { appliance, runs, evidence, leases } = parts
  const settings = appliance.settings.machines
  const macOf = (address: string): string | undefined => leases.findByAddress(segment.name, address)?.mac
  const fileDeps = {
    decideForMac: runs.decider.decideForMac,
    grubScript: parts.answers.grubScript,
    noteLocal: (mac: string, detail: Record<string, unknown>) =>
      void evidence.note({ at: appliance.clock.now(), mac, what: 'tftp own disk', detail }, 'localBootAnswered'),
  }
  /** GRUB's script is no loader, and a loader that a held machine reads is no step of its run. */
  const typeOf = async (mac: string, name: string, outcome: TftpSighting['outcome']) =>
    loaderNamed(name) && (await runs.decider.decideForMac(mac)).kind === 'grant' ? TFTP_EVENTS[outcome] : undefined
  const noteRead = async (mac: string, { peer, name, bytes, ms, outcome, retransmits }: TftpSighting) => {
    const milliseconds = Math.round(ms)
    const detail = { peer: peer.address, name, bytes, milliseconds, retransmits, outcome }
    const sighting = { at: appliance.clock.now(), mac, what: `tftp ${outcome}`, detail }
    await evidence.note(sighting, await typeOf(mac, name, outcome))
  }
  return createTftpServer({
    ...{ segment, log: appliance.log, port: settings.tftpPort, ports: settings.tftpPorts, lanes: parts.lanes },
    open: (name, peer) => openTftpFile(name, macOf(peer.address), segment, fileDeps),
    observe: (sighting) => {
      const mac = macOf(sighting.peer.address)
      if (!mac) return
      noteRead(mac, sighting).catch((error: unknown) =>
        appliance.log.error({ error: String(error), mac }, 'evidence not recorded'),
      )
    },
  })
}
