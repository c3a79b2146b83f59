import { loaderNamed } from '../boot/firmware.ts'
import { createTftpServer, type TftpSighting } from '../servers/tftp/tftp-server.ts'
import type { TransferLanes } from '../servers/tftp/transfer-lanes.ts'
import type { Appliance } from './appliance.ts'
import type { createBootAnswers } from './boot-answers.ts'
import type { Door, DoorPlace } from './dhcp-door.ts'
import type { MachineEvidence } from './machine-evidence.ts'
import type { PeerDirectory } from './peer-directory.ts'
import type { RunParts } from './run-parts.ts'
import { openTftpFile } from './tftp-files.ts'

export type TftpDoorParts = {
  appliance: Appliance
  runs: RunParts
  evidence: MachineEvidence
  peers: PeerDirectory
  answers: ReturnType<typeof createBootAnswers>
  /** The threads that send files by TFTP, for all segments. */
  lanes: TransferLanes
}

const TFTP_EVENTS = { complete: 'loaderRead', aborted: 'loaderAborted', failed: undefined } as const

/** Loaders by TFTP at one address, for machines that are known behind theirs and may boot from the network now. */
export function createTftpDoor(parts: TftpDoorParts, place: DoorPlace): Door {
  const { appliance, runs, evidence, peers } = parts
  const settings = appliance.settings.machines
  const macOf = (address: string): string | undefined => peers.macOf(place.interface, address)
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
    ...{ segment: { name: place.interface, interface: place.interface, address: place.address } },
    ...{ log: appliance.log, port: settings.tftpPort, ports: settings.tftpPorts, lanes: parts.lanes },
    open: (name, peer) => openTftpFile(name, macOf(peer.address), place, fileDeps),
    observe: (sighting) => {
      const mac = macOf(sighting.peer.address)
      if (!mac) return
      noteRead(mac, sighting).catch((error: unknown) =>
        appliance.log.error({ error: String(error), mac }, 'evidence not recorded'),
      )
    },
  })
}
