import type { Socket } from 'node:dgram'
import { encodePacket } from '../../wire/dhcp4/packet.ts'
import { teachNeighbour } from '../udp-socket.ts'
import type { DhcpCounters } from './counters.ts'
import { destinationOf } from './destination.ts'
import type { DhcpReply } from './reply.ts'

const EVERYONE = '255.255.255.255'

/** Sends replies from one interface's socket to where RFC 2131 §4.1 wants them. Rejects when the network does. */
export function createReplySender(interfaceName: string, socket: Socket, counters: DhcpCounters) {
  return (reply: DhcpReply): Promise<void> => {
    const { bytes, left } = encodePacket(reply.header, reply.raw, reply.mostBytes)
    if (left.length > 0) counters.optionsLeft++
    const to = destinationOf(reply.type, reply.header)
    const send = (address: string): Promise<void> =>
      new Promise((resolve, reject) =>
        socket.send(bytes, to.port, address, (error) => (error ? reject(error) : resolve())),
      )
    if (to.kind === 'broadcast') return send(EVERYONE)
    if (to.kind !== 'neighbour') return send(to.address)
    const broadcast = (): Promise<void> => {
      // RFC 2131 §4.1 allows broadcasting where unicasting is not possible.
      counters.broadcastInstead++
      return send(EVERYONE)
    }
    return teachNeighbour(interfaceName, to.address, to.mac) ? send(to.address).catch(broadcast) : broadcast()
  }
}
