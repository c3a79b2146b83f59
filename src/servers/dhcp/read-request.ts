import { clientKey, type LeaseClient } from '../../addressing/lease-client.ts'
import type { BootClient } from '../../domain/boot.ts'
import type { Segment } from '../../domain/segment.ts'
import type { MessageType } from '../../wire/dhcp4/message-types.ts'
import type { DhcpPacket } from '../../wire/dhcp4/packet.ts'

/** The messages a client sends to a server (RFC 2131 table 2). */
export const CLIENT_MESSAGES = ['discover', 'request', 'decline', 'release', 'inform'] as const
export type ClientMessage = (typeof CLIENT_MESSAGES)[number]

/** One request, read once: on which segment, who asks for an address, what boots there, and what we are called (option 54). */
export type DhcpRequest = {
  packet: DhcpPacket
  type: ClientMessage
  segment: Segment
  serverId: string
  lease: LeaseClient
  boot: BootClient
}

const BOOT_REQUEST = 1
const ETHERNET = 1

/** Reads a client's packet, or says why this server does not answer it. */
export function readRequest(
  packet: DhcpPacket,
  boot: BootClient,
  place: Pick<DhcpRequest, 'segment' | 'serverId'>,
): DhcpRequest | { why: string } {
  const { op, htype, chaddr, options } = packet
  if (op !== BOOT_REQUEST) return { why: `expected op 1 (request), got ${op}` }
  if (htype !== ETHERNET || chaddr.length !== 6)
    return { why: `expected Ethernet (htype 1, 6 bytes), got htype ${htype}, ${chaddr.length} bytes` }
  const type = CLIENT_MESSAGES.find((name) => name === options.messageType)
  if (!type) return { why: whyNotOurs(options.messageType) }
  const key = clientKey(options.clientId, htype, boot.mac)
  const lease = { key, mac: boot.mac, uuid: boot.uuid, hostName: options.hostName || undefined }
  return { packet, type, boot, lease, ...place }
}

const whyNotOurs = (type: MessageType | undefined): string =>
  type === undefined
    ? 'a BOOTP request (no option 53), and BOOTP is not served'
    : `a ${type} message is not for a server of leases`
