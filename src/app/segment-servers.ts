import type { Server } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import type { Segment } from '../domain/segment.ts'
import { assertSegmentSound } from '../domain/segment.ts'
import { closeDoor, httpDoor, listen, tlsDoor } from './machine-doors.ts'
import { agentDoor, bootDoor, type MachineRoutesParts } from './machine-routes.ts'
import { createSegmentPacketServers, type SegmentPacketServersParts } from './segment-packet-servers.ts'

export type SegmentServersParts = MachineRoutesParts & SegmentPacketServersParts
export type SegmentServers = {
  /** Starts, restarts or stops the servers of a segment where they are not as it says. Throws segment.invalid, socket.failed. */
  apply(segment: Segment): Promise<void>
  stop(): Promise<void>
}

/** The doors of every segment on its own address: DHCP, TFTP, HTTP for firmware, TLS for agents. */
export function createSegmentServers(parts: SegmentServersParts): SegmentServers {
  const running = new Map<string, { segment: Segment; stop(): Promise<void> }>()
  const stop = async (name: string): Promise<void> => {
    await running.get(name)?.stop()
    running.delete(name)
  }
  const start = async (segment: Segment): Promise<void> => {
    running.set(segment.name, { segment, stop: await startAll(parts, segment) })
  }
  return {
    apply: async (segment) => {
      assertSegmentSound(segment)
      const before = running.get(segment.name)?.segment
      // What is applied again as it was must not cut off who is being served.
      if (before && isDeepStrictEqual(before, segment)) return
      await stop(segment.name)
      if (segment.mode === 'off') return
      try {
        await start(segment)
      } catch (error) {
        // A change that can not be had leaves the segment as it was.
        if (before) await start(before)
        throw error
      }
    },
    stop: async () => {
      for (const name of [...running.keys()]) await stop(name)
    },
  }
}

/** All doors or none: what was started is stopped again when a later one can not be had. */
async function startAll(parts: SegmentServersParts, segment: Segment): Promise<() => Promise<void>> {
  const { appliance } = parts
  const { httpPort, agentPort, proxy } = appliance.settings.machines
  const started: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of started.splice(0).reverse()) await end()
  }
  const open = async (server: Server, port: number): Promise<void> => {
    await listen(server, { host: segment.address, port })
    started.push(() => closeDoor(server))
  }
  try {
    await parts.leases.open(segment)
    await open(httpDoor(bootDoor(parts, segment), appliance.log), proxy?.port ?? httpPort)
    await open(tlsDoor(agentDoor(parts, segment), appliance.keys, appliance.log), agentPort)
    for (const server of createSegmentPacketServers(parts, segment)) {
      await server.start()
      started.push(() => server.stop())
    }
  } catch (error) {
    await stop()
    throw error
  }
  appliance.log.info(
    { segment: segment.name, interface: segment.interface, address: segment.address },
    'segment is served',
  )
  return stop
}
