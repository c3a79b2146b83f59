import { readSessionPath } from '../boot/session-path.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import { createTftpServer, type TftpSighting } from '../servers/tftp/tftp-server.ts'
import type { TransferLanes } from '../servers/tftp/transfer-lanes.ts'
import type { Appliance } from './appliance.ts'
import type { createBootAnswers } from './boot-answers.ts'
import type { Door, DoorPlace } from './dhcp-door.ts'
import type { MachineEvidence } from './machine-evidence.ts'
import type { PeerDirectory } from './peer-directory.ts'
import type { RunParts } from './run-parts.ts'
import { familyOf, openTftpFile, tftpEvent } from './tftp-files.ts'

export type TftpDoorParts = {
  appliance: Appliance
  runs: RunParts
  evidence: MachineEvidence
  peers: PeerDirectory
  answers: ReturnType<typeof createBootAnswers>
  /** The threads that send files by TFTP, for all segments. */
  lanes: TransferLanes
}

/**
 * Loaders, and behind the signed one all else, by TFTP at one address, for machines that are known behind theirs and may
 * boot from the network now.
 */
export function createTftpDoor(parts: TftpDoorParts, place: DoorPlace): Door {
  const { appliance, runs, evidence, peers } = parts
  const settings = appliance.settings.machines
  const macOf = (address: string): string | undefined => peers.macOf(place.interface, address)
  const fileDeps = {
    decideForMac: runs.decider.decideForMac,
    choseDiscovery: runs.decider.choseDiscovery,
    grubScript: parts.answers.grubScript,
    loaderPath: runs.loaderFiles.path,
    bootFiles: async (runId: string) => runs.bootFiles(await runs.service.find(runId)),
  }
  const note = (mac: string, peer: string, what: string, detail: object, type: RunEventType | undefined) => {
    const segment = peers.segmentOf(place.interface, peer)
    return evidence.note({ at: appliance.clock.now(), mac, segment, what, detail: { ...detail } }, type)
  }
  /** What a held machine reads is no step of its run. */
  const noteRead = async (mac: string, sighting: TftpSighting) => {
    const { peer, name, bytes, ms, outcome, retransmits } = sighting
    const milliseconds = Math.round(ms)
    const decision = await runs.decider.decideForMac(mac)
    const kind = decision.kind === 'grant' ? (await runs.service.find(decision.runId)).kind : 'deploy'
    const type = tftpEvent(sighting, kind)
    const session = decision.kind === 'grant' ? { session: decision.session } : {}
    const facts = { name, bytes, milliseconds, retransmits, outcome, ...familyOf(name) }
    const detail = { peer: peer.address, ...facts, ...session, by: 'tftp' }
    await note(mac, peer.address, `tftp ${outcome}`, detail, decision.kind === 'grant' ? type : undefined)
    if (type === 'loaderRead') await runs.loaders.noteRead(mac, name)
    if (type !== 'scriptFetched') return
    await runs.loaders.noteStage(mac, 'shim')
    if (decision.kind === 'grant') await runs.decider.reachedScript(decision.runId)
  }
  return createTftpServer({
    ...{ segment: { name: place.interface, interface: place.interface, address: place.address } },
    ...{ log: appliance.log, port: settings.tftpPort, ports: settings.tftpPorts, lanes: parts.lanes },
    open: async (name, peer) => {
      const path = readSessionPath(name)
      const mac = path && (await runs.sessionPaths.macOf(path.secret))
      if (mac) peers.tie(place.interface, peer.address, mac, 'sessionSecret')
      return openTftpFile(path?.rest ?? name, path ? mac : macOf(peer.address), place, {
        ...fileDeps,
        noteLocal: (from, detail) => void note(from, peer.address, 'tftp own disk', detail, 'localBootAnswered'),
      })
    },
    observe: (sighting) => {
      const mac = macOf(sighting.peer.address)
      if (!mac) return
      const name = readSessionPath(sighting.name)?.rest ?? sighting.name
      noteRead(mac, { ...sighting, name }).catch((error: unknown) =>
        appliance.log.error({ error: String(error), mac }, 'evidence not recorded'),
      )
    },
  })
}
