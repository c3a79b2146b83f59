import { chmod, readFile, rm } from 'node:fs/promises'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createLeaseBook } from '../addressing/lease-book.ts'
import { AppError } from '../core/errors.ts'
import { neighbourMac } from '../servers/neighbour.ts'
import { createTransferLanes } from '../servers/tftp/transfer-lanes.ts'
import { createConsole } from '../web/console/console.ts'
import { createPeopleDoor } from '../web/people-door.ts'
import type { Appliance } from './appliance.ts'
import { createBootAnswers } from './boot-answers.ts'
import { consoleParts } from './console-parts.ts'
import { createImaginedLeases } from './dhcp-door.ts'
import { createImageIntake } from './image-intake.ts'
import { createLibraryCare } from './library-care.ts'
import { createMachineAddresses } from './machine-addresses.ts'
import { closeDoor, listen } from './machine-doors.ts'
import { createMachineEvidence } from './machine-evidence.ts'
import { createMetrics } from './metrics.ts'
import { packageEvidence } from './package-evidence.ts'
import { createPeerDirectory } from './peer-directory.ts'
import { peopleEndpoints } from './people-routes.ts'
import { PROGRAM_VERSION } from './program.ts'
import { createRunParts } from './run-parts.ts'
import { seenByPeople } from './seen-by-people.ts'
import { createSegmentNotices } from './segment-notices.ts'
import { createSegmentServers } from './segment-servers.ts'
import { createServedSegments } from './served-segments.ts'

export type Service = { stop(): Promise<void> }

/** The whole service: every segment of the store is served, runs go on where they stood, people may come in. */
export async function startService(appliance: Appliance): Promise<Service> {
  const { store, clock, log, settings } = appliance
  const leases = createLeaseBook({ store: store.leases, clock })
  const segmentNames = async (): Promise<string[]> => (await store.segments.list()).map(({ name }) => name)
  const served = createServedSegments()
  const peers = createPeerDirectory({
    segmentsOn: served.on,
    leaseMac: (segment, address) => leases.findByAddress(segment, address)?.mac,
    ...{ neighbourMac, clock },
  })
  const runs = createRunParts(appliance, createMachineAddresses({ segmentNames, leases, served, peers }))
  const answers = createBootAnswers({
    render: runs.installations.renderScript,
    ...{ secrets: runs.secrets, ports: settings.machines, findRun: store.runs.find },
    ...{ installArguments: runs.installations.answers.kernelArguments, refusing: runs.installations.refusing },
    segmentOf: (address, mac) =>
      served.list().find((one) => one.address === address && leases.findByMac(one.name, mac) !== undefined)?.name,
    localBootOf: runs.localBootOf,
  })
  const evidence = createMachineEvidence({ machines: store.machines, runs: store.runs, record: runs.record, log })
  const interfaces = () => [...new Set(served.list().map((segment) => segment.interface))]
  appliance.packages.observe(packageEvidence({ interfaces, peers, note: evidence.note, now: clock.now }))
  const notices = createSegmentNotices({ leases, clock, log })
  const imagined = createImaginedLeases(appliance)
  const lanes = createTransferLanes()
  const servers = createSegmentServers({
    ...{ appliance, runs, answers, evidence, leases, imagined, peers, notices, served, lanes },
  })
  // A segment whose interface is gone must not keep the others, and the console that shows it, from starting.
  for (const segment of await store.segments.list())
    await servers
      .apply(segment)
      .catch((error: unknown) => log.error({ segment: segment.name, error: String(error) }, 'segment is not served'))
  const seen = seenByPeople(appliance, { runs, leases, served, notices, recent: evidence.recent })
  const intake = createImageIntake(appliance)
  const care = createLibraryCare(appliance, intake.uploads)
  const endpoints = peopleEndpoints(appliance, runs, servers, seen, intake)
  const people = await openPeopleDoors(
    appliance,
    createPeopleDoor({
      ...{ access: appliance.access, endpoints, version: PROGRAM_VERSION, log },
      uploads: intake.uploads.handler,
      console: createConsole(consoleParts(appliance, runs, leases, seen, intake)),
      metrics: createMetrics(store.runs, appliance.packages),
      ready: async () => true,
    }),
  )
  await runs.resume()
  runs.deadlines.start()
  care.start()
  appliance.packages.start()
  return {
    stop: async () => {
      runs.deadlines.stop()
      await care.stop()
      for (const door of people) await closeDoor(door)
      await servers.stop()
      await lanes.close()
      await appliance.close()
    },
  }
}

/** The TCP door, with TLS where a certificate is set, and the unix socket where one is configured. */
async function openPeopleDoors(appliance: Appliance, app: Parameters<typeof createHttpServer>[1]): Promise<Server[]> {
  const { people } = appliance.settings
  const doors: Server[] = []
  if (people.socket) {
    await rm(people.socket, { force: true })
    const door = createHttpServer(app!)
    await listen(door, { path: people.socket })
    await chmod(people.socket, 0o600)
    doors.push(door)
  }
  const { certificate, key, host, port } = people
  const door =
    certificate && key
      ? createTlsServer({ cert: await readFile(certificate), key: await readFile(key) }, app)
      : createHttpServer(app!)
  await listen(door, { host, port }).catch((error: unknown) => {
    if (!people.socket || !(error instanceof AppError)) throw error
    appliance.log.warn({ host, port, error: error.message }, 'people reach the service by its socket only')
  })
  return [...doors, door]
}
