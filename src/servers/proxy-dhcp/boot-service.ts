import type { Socket } from 'node:dgram'
import { readBootClient } from '../../boot/boot-client.ts'
import type { Log } from '../../core/log.ts'
import type { Segment } from '../../domain/segment.ts'
import { type DhcpPacket, encodePacket } from '../../wire/dhcp4/packet.ts'
import { type DhcpAnswer, ignored } from '../dhcp/answer.ts'
import { type DhcpCounters, noPackets } from '../dhcp/counters.ts'
import type { DhcpServer, DhcpSighting } from '../dhcp/dhcp-server.ts'
import { createPacketDesk, type PacketSource } from '../dhcp/packet-desk.ts'
import { readRequest } from '../dhcp/read-request.ts'
import { selectSegment } from '../dhcp/select-segment.ts'
import { openUdpSocket } from '../udp-socket.ts'
import { answerBootService, type ProxyDeps } from './answer-proxy.ts'

export type BootServiceDeps = ProxyDeps & {
  interface: string
  /** The segments in mode `proxy` on the interface. */
  segments(): readonly Segment[]
  /** Told beside what was seen at which address the machine is. */
  observe(sighting: DhcpSighting, peer: string): void
  log: Log
}

/** The port of PXE's boot service (PXE 2.1 §2.2.5; IANA: pxe). */
const PORT = 4011
const MOST_IN_WORK = 512

/** PXE's boot service of one interface: where firmware asks that got its address elsewhere. It answers whence it was asked. */
export function createBootService(deps: BootServiceDeps): DhcpServer {
  const counters = noPackets()
  let socket: Socket | undefined
  const desk = createPacketDesk({
    ...{ interface: deps.interface, counters, most: MOST_IN_WORK, log: deps.log },
    serve: (packet, from) => serveBoot(packet, from, deps, counters, socket),
  })
  return {
    counters,
    start: async () => {
      socket ??= await openUdpSocket({ interface: deps.interface, address: '0.0.0.0', port: PORT })
      socket.on('message', desk.hear)
      socket.on('error', (error) =>
        deps.log.error({ interface: deps.interface, err: error }, 'the boot service failed'),
      )
    },
    stop: async () => {
      desk.close()
      const open = socket
      socket = undefined
      if (open) await new Promise<void>((resolve) => open.close(resolve))
    },
  }
}

async function serveBoot(
  packet: DhcpPacket,
  peer: PacketSource,
  deps: BootServiceDeps,
  counters: DhcpCounters,
  socket: Socket | undefined,
): Promise<void> {
  // Whoever asks here has an address: its own says more of its segment than the one in the packet.
  const place = selectSegment({ ...packet, giaddr: '0.0.0.0', ciaddr: peer.address }, deps.segments())
  const boot = readBootClient('why' in place ? '' : place.segment.name, packet)
  const request = 'why' in place ? place : readRequest(packet, boot, place)
  const done: DhcpAnswer = 'why' in request ? ignored(request.why) : await answerBootService(request, deps)
  counters[done.answer]++
  const { reply, ...outcome } = done
  if (reply && socket)
    socket.send(encodePacket(reply.header, reply.raw, reply.mostBytes).bytes, peer.port, peer.address, () => {})
  const mode = 'why' in place ? undefined : place.segment.mode
  deps.observe({ ...boot, messageType: packet.options.messageType, mode, relay: undefined, ...outcome }, peer.address)
}
