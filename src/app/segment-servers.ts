import type { Server } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import type { Segment } from '../domain/segment.ts'
import { assertSegmentSound } from '../domain/segment-soundness.ts'
import { createBootServiceDoor, createDhcpDoor, type DhcpDoorParts, type Door } from './dhcp-door.ts'
import { closeDoor, httpDoor, listen, tlsDoor } from './machine-doors.ts'
import { agentDoor, bootDoor, type MachineRoutesParts } from './machine-routes.ts'
import type { ServedSegments } from './served-segments.ts'
import { createSyslogDoor } from './syslog-door.ts'
import { createTftpDoor, type TftpDoorParts } from './tftp-door.ts'

export type SegmentServersParts = MachineRoutesParts & DhcpDoorParts & TftpDoorParts & { served: ServedSegments }
export type SegmentServers = {
  /**
   * Serves a segment as it says from now on. Doors that others use too stay open, so that nobody is cut off by a change
   * that is not about the door. Throws segment.invalid, socket.failed.
   */
  apply(segment: Segment): Promise<void>
  stop(): Promise<void>
}

type Plan = Map<string, () => Door>

/** The doors of all segments: DHCP once an interface; TFTP, syslog, HTTP for firmware and TLS for agents once an address. */
export function createSegmentServers(parts: SegmentServersParts): SegmentServers {
  const { served, leases, imagined } = parts
  const open = new Map<string, Door>()
  const close = async (key: string): Promise<void> => {
    const door = open.get(key)
    open.delete(key)
    await door?.stop()
  }
  /** Opens what is missing, and closes it again when one of it can not be had. */
  const openMissing = async (plan: Plan): Promise<void> => {
    const opened: string[] = []
    try {
      for (const [key, make] of plan) {
        if (open.has(key)) continue
        const door = make()
        await door.start()
        open.set(key, door)
        opened.push(key)
      }
    } catch (error) {
      for (const key of opened.reverse()) await close(key)
      throw error
    }
  }
  const closeSpare = async (plan: Plan): Promise<void> => {
    for (const key of [...open.keys()].reverse()) if (!plan.has(key)) await close(key)
  }
  const openLeases = async (segment: Segment): Promise<void> => {
    if (segment.mode !== 'off') await (segment.mode === 'observe' ? imagined : leases).open(segment)
  }
  return {
    apply: async (segment) => {
      assertSegmentSound(segment)
      const before = served.find(segment.name)
      if (before && isDeepStrictEqual(before, segment)) return
      served.put(segment)
      try {
        await openLeases(segment)
        await openMissing(planOf(parts))
      } catch (error) {
        // A change that can not be had leaves the segment as it was.
        if (before) await openLeases(before)
        if (before) served.put(before)
        else served.remove(segment.name)
        throw error
      }
      await closeSpare(planOf(parts))
      const { name, mode, address } = segment
      parts.appliance.log.info({ segment: name, interface: segment.interface, address, mode }, 'segment is served')
    },
    stop: () => closeSpare(new Map()),
  }
}

/** Every door that the served segments need now, by a key that names its place. */
function planOf(parts: SegmentServersParts): Plan {
  const { served, appliance } = parts
  const { httpPort, agentPort, proxy } = appliance.settings.machines
  const plan: Plan = new Map()
  for (const { interface: device, address, mode } of served.list()) {
    const place = { interface: device, address, segments: () => served.on(device) }
    if (mode !== 'observe') {
      const boot = () => httpDoor(bootDoor(parts, place), appliance.log, { proxyAddress: proxy?.address })
      const agent = () => tlsDoor(agentDoor(parts, place), appliance.keys, appliance.log)
      plan.set(`http ${address}`, () => tcpDoor(boot(), address, proxy?.port ?? httpPort))
      plan.set(`agents ${address}`, () => tcpDoor(agent(), address, agentPort))
      plan.set(`syslog ${device} ${address}`, () => createSyslogDoor(parts, place))
      plan.set(`tftp ${device} ${address}`, () => createTftpDoor(parts, place))
    }
    if (mode === 'proxy') plan.set(`boot service ${device}`, () => createBootServiceDoor(parts, place))
    plan.set(`dhcp ${device}`, () => createDhcpDoor(parts, place))
  }
  return plan
}

const tcpDoor = (server: Server, host: string, port: number): Door => ({
  start: () => listen(server, { host, port }),
  stop: () => closeDoor(server),
})
