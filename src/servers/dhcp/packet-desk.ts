import { hasCode } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { type DhcpPacket, decodePacket } from '../../wire/dhcp4/packet.ts'
import type { DhcpCounters } from './counters.ts'
import { createPacketQueue } from './packet-queue.ts'

/** Where a packet came from. */
export type PacketSource = { address: string; port: number }

export type PacketDeskDeps = {
  interface: string
  counters: DhcpCounters
  /** Packets that may be in work at once; more are dropped, and their clients ask again. */
  most: number
  log: Log
  serve(packet: DhcpPacket, from: PacketSource): Promise<void>
  /** Hands over what else came in already. */
  drain?(take: (bytes: Uint8Array) => void): void
}

/** Whoever sent a packet that was drained: DHCP's answers do not go by it. */
const UNKNOWN: PacketSource = { address: '0.0.0.0', port: 0 }

/** Takes a socket's payloads: counts them, drops what is no DHCP or too much, and lets nothing that fails escape. */
export function createPacketDesk({ counters, most, log, serve, drain, ...place }: PacketDeskDeps) {
  let inWork = 0
  const work = async (bytes: Uint8Array, from: PacketSource): Promise<void> => {
    if (inWork >= most) {
      counters.overloaded++
      return
    }
    inWork++
    try {
      const packet = readOrCount(bytes, counters, log)
      if (packet) await serve(packet, from)
    } catch (error) {
      counters.failed++
      log.error({ interface: place.interface, err: error }, 'a DHCP request was not answered')
    } finally {
      inWork--
    }
  }
  const hear = (bytes: Uint8Array, from: PacketSource): void => {
    counters.received++
    queue.push(bytes, from)
  }
  const queue = createPacketQueue<PacketSource>({
    serve: (bytes, from) => void work(bytes, from),
    more: () => drain?.((bytes) => hear(bytes, UNKNOWN)),
    dropped: () => void counters.overloaded++,
  })
  return { hear, close: queue.clear }
}

function readOrCount(bytes: Uint8Array, counters: DhcpCounters, log: Log): DhcpPacket | undefined {
  try {
    return decodePacket(bytes)
  } catch (error) {
    if (!hasCode(error, 'dhcp.malformed')) throw error
    counters.malformed++
    log.debug({ reason: error.message, bytes: bytes.length }, 'a malformed DHCP packet was dropped')
    return undefined
  }
}
