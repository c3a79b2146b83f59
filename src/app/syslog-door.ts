import { createSyslogServer } from '../servers/syslog/syslog-server.ts'
import type { Appliance } from './appliance.ts'
import type { Door, DoorPlace } from './dhcp-door.ts'
import { isInstallRun } from './install-answers.ts'
import type { PeerDirectory } from './peer-directory.ts'
import type { RunParts } from './run-parts.ts'

export type SyslogDoorParts = { appliance: Appliance; runs: RunParts; peers: Pick<PeerDirectory, 'macOf'> }

/** Hears what installers log, at one address: each line goes to the open installation of the machine that sent it. */
export function createSyslogDoor({ appliance, runs, peers }: SyslogDoorParts, place: DoorPlace): Door {
  const { store, log, settings } = appliance
  return createSyslogServer({
    ...{ interface: place.interface, address: place.address, port: settings.machines.syslogPort, log },
    isWanted: (address) => peers.macOf(place.interface, address) !== undefined,
    heard: async (address, lines) => {
      const mac = peers.macOf(place.interface, address)
      const machine = mac === undefined ? undefined : await store.machines.findByMac(mac)
      const run = machine && (await store.runs.findOpen(machine.name))
      if (run && isInstallRun(run)) await runs.installations.installation.heard(run, lines)
    },
  })
}
