import { BROADCAST_FLAG, type DhcpHeader } from '../../wire/dhcp4/packet.ts'

/** Where a reply goes. `neighbour`: the client has no address yet, so ARP can not find it. */
export type Destination =
  | { kind: 'relay' | 'unicast'; address: string; port: number }
  | { kind: 'broadcast'; port: number }
  | { kind: 'neighbour'; address: string; port: number; mac: Uint8Array }

const SERVER_PORT = 67
const CLIENT_PORT = 68
const NONE = '0.0.0.0'

/** The destination of a reply (RFC 2131 §4.1): relay, NAK, ciaddr, broadcast flag, else yiaddr without ARP. */
export function destinationOf(type: 'offer' | 'ack' | 'nak', reply: DhcpHeader): Destination {
  const port = CLIENT_PORT
  if (reply.giaddr !== NONE) return { kind: 'relay', address: reply.giaddr, port: SERVER_PORT }
  if (type === 'nak') return { kind: 'broadcast', port }
  if (reply.ciaddr !== NONE) return { kind: 'unicast', address: reply.ciaddr, port }
  if (reply.flags & BROADCAST_FLAG || reply.yiaddr === NONE) return { kind: 'broadcast', port }
  return { kind: 'neighbour', address: reply.yiaddr, port, mac: reply.chaddr }
}
