import type { BootFields } from '../../boot/boot-fields.ts'
import { encodeOptions, OPTIONS, type OptionName, type Options, type RawOptions } from '../../wire/dhcp4/options.ts'
import { BROADCAST_FLAG, type DhcpHeader } from '../../wire/dhcp4/packet.ts'
import type { DhcpRequest } from './read-request.ts'
import { segmentOptions } from './segment-options.ts'

/** A reply that is ready to be encoded: at most `mostBytes` of UDP payload. */
export type DhcpReply = { type: 'offer' | 'ack' | 'nak'; header: DhcpHeader; raw: RawOptions; mostBytes: number }

/** What is promised in an OFFER or ACK. `lease` is undefined in the answer to an INFORM. */
export type ReplyContent = { lease: { address: string; seconds: number } | undefined; boot: BootFields }

const REPLY = 2
const NONE = '0.0.0.0'
const IP_AND_UDP_BYTES = 28
const LEAST_IP_BYTES = 576
const ETHERNET_IP_BYTES = 1500

const codeOf = (name: OptionName): number => OPTIONS[name].code

/** Sent whether the client listed them or not: those RFC 2131 table 3 asks for, and what booting needs. */
const ALWAYS = [
  ...(['serverId', 'leaseSeconds', 'subnetMask'] as const),
  ...(['tftpServerName', 'bootFile', 'vendorClass', 'vendorSpecific', 'ipxe'] as const),
].map(codeOf)

/** Copied byte for byte: RFC 6842 §3, RFC 4578 §2.3, and last RFC 3046 §2.2. */
const ECHOED = (['clientId', 'machineUuid', 'relayAgent'] as const).map(codeOf)
const ECHOED_IN_REFUSAL = (['clientId', 'relayAgent'] as const).map(codeOf)

/** The client's options that every OFFER and ACK gives back as they are. */
export const echoed = (raw: RawOptions): [number, Uint8Array][] => echo(raw, ECHOED)

/** An OFFER or ACK (RFC 2131 table 3): the client's options in its order, then ours, option 82 last. */
export function giveReply(
  type: 'offer' | 'ack',
  { packet, segment, serverId, boot: { stage } }: DhcpRequest,
  { lease, boot }: ReplyContent,
): DhcpReply {
  const wanted = packet.options.requestedOptions ?? 'all'
  const ours = encodeOptions({ serverId, ...leaseOptions(lease?.seconds), ...boot.options })
  const theSegments = segmentOptions(segment, { wanted, stage })
  const raw = encodeOptions({ messageType: type })
  const add = (code: number): void => {
    const bytes = ours.get(code) ?? theSegments.get(code)
    if (bytes !== undefined && !raw.has(code)) raw.set(code, bytes)
  }
  if (wanted === 'all') for (const options of [theSegments, ours]) for (const code of options.keys()) add(code)
  else for (const code of wanted) add(code)
  for (const code of ALWAYS) add(code)
  for (const [code, bytes] of echoed(packet.raw)) raw.set(code, bytes)
  return {
    type,
    header: {
      ...copiedHeader(packet),
      ciaddr: type === 'ack' && mayHave(packet.ciaddr, lease) ? packet.ciaddr : NONE,
      yiaddr: lease?.address ?? NONE,
      siaddr: boot.siaddr === NONE ? (segment.nextServer ?? NONE) : boot.siaddr,
      file: boot.file,
    },
    raw,
    mostBytes: roomFor(packet.options.maxMessageBytes),
  }
}

/** A NAK (RFC 2131 table 3), through a relay with the broadcast flag: who refuses and why, the client's id (RFC 6842 §3), and nothing else. */
export function refuseReply({ packet, serverId }: DhcpRequest, why: string): DhcpReply {
  const options = encodeOptions({ messageType: 'nak', serverId, message: why })
  const header = copiedHeader(packet)
  // The relay is told to broadcast: the client must not use the address that it has (RFC 2131 §4.3.2).
  const flags = header.giaddr === NONE ? header.flags : header.flags | BROADCAST_FLAG
  return {
    type: 'nak',
    header: { ...header, flags },
    raw: new Map([...options, ...echo(packet.raw, ECHOED_IN_REFUSAL)]),
    mostBytes: roomFor(packet.options.maxMessageBytes),
  }
}

/** A lease for ever (RFC 2131 §3.3). */
const FOR_EVER = 0xffffffff

/** T1 and T2 at the fractions of RFC 2131 §4.4.5; what lasts for ever is never renewed. */
function leaseOptions(leaseSeconds: number | undefined): Options {
  if (leaseSeconds === undefined) return {}
  if (leaseSeconds === FOR_EVER) return { leaseSeconds }
  const [renewalSeconds, rebindingSeconds] = [Math.floor(leaseSeconds / 2), Math.floor((leaseSeconds * 7) / 8)]
  return { leaseSeconds, renewalSeconds, rebindingSeconds }
}

/** The fields of a reply's header that are the request's, and zeros (RFC 2131 table 3). */
export const copiedHeader = (request: DhcpHeader): DhcpHeader => ({
  op: REPLY,
  htype: request.htype,
  hops: 0,
  xid: request.xid,
  secs: 0,
  flags: request.flags,
  ciaddr: NONE,
  yiaddr: NONE,
  siaddr: NONE,
  giaddr: request.giaddr,
  chaddr: request.chaddr,
  sname: '',
  file: '',
})

// A reply goes to its ciaddr: no client may send it anywhere but to the address it gets, or asks about.
const mayHave = (ciaddr: string, lease: ReplyContent['lease']): boolean =>
  lease === undefined || lease.address === ciaddr

const echo = (raw: RawOptions, codes: readonly number[]): [number, Uint8Array][] =>
  codes.flatMap((code) => {
    const bytes = raw.get(code)
    return bytes === undefined ? [] : [[code, bytes] as [number, Uint8Array]]
  })

/** UDP payload for a client's option 57, which counts the IP packet (RFC 2132 §9.10). OVMF says 65280; more than a frame never arrives whole. */
export const roomFor = (maxMessageBytes = LEAST_IP_BYTES): number =>
  Math.min(Math.max(maxMessageBytes, LEAST_IP_BYTES), ETHERNET_IP_BYTES) - IP_AND_UDP_BYTES
