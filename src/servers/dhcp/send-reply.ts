import { AppError } from '../../core/errors.ts'
import { encodePacket } from '../../wire/dhcp4/packet.ts'
import { teachNeighbour } from '../neighbour.ts'
import { peerAddress, type UdpPort } from '../udp-port.ts'
import type { DhcpCounters } from './counters.ts'
import { destinationOf } from './destination.ts'
import type { DhcpReply } from './reply.ts'

const EVERYONE = '255.255.255.255'

/** Sends replies from one interface's port to where RFC 2131 §4.1 wants them. Throws socket.failed when none can be sent. */
export function createReplySender(interfaceName: string, port: UdpPort, counters: DhcpCounters) {
  // Most replies go where the last one went: to everyone, or to the relay.
  let last: { address: string; port: number; peer: Uint8Array } = { address: '', port: 0, peer: new Uint8Array() }
  const peerOf = (address: string, port: number): Uint8Array => {
    if (last.address !== address || last.port !== port) last = { address, port, peer: peerAddress({ address, port }) }
    return last.peer
  }
  return (reply: DhcpReply): void => {
    const { bytes, left } = encodePacket(reply.header, reply.raw, reply.mostBytes)
    if (left.length > 0) counters.optionsLeft++
    const to = destinationOf(reply.type, reply.header)
    const send = (address: string): boolean => port.sendOne(peerOf(address, to.port), bytes)
    const sent =
      to.kind === 'broadcast'
        ? send(EVERYONE)
        : to.kind === 'neighbour'
          ? (teachNeighbour(interfaceName, to.address, to.mac) && send(to.address)) || sendInstead(send, counters)
          : send(to.address)
    if (sent) return
    const where = to.kind === 'broadcast' ? EVERYONE : to.address
    throw new AppError('socket.failed', `expected to send a DHCP reply to ${where} on ${interfaceName}`)
  }
}

/** RFC 2131 §4.1 allows broadcasting where unicasting is not possible. */
function sendInstead(send: (address: string) => boolean, counters: DhcpCounters): boolean {
  counters.broadcastInstead++
  return send(EVERYONE)
}
