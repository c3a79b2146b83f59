import type { BootFields } from '../../boot/boot-fields.ts'
import { networkBounds, numberToIpv4, prefixMask } from '../../core/ipv4.ts'
import type { Segment } from '../../domain/segment.ts'
import { encodeOptions, OPTIONS, type OptionName, type Options, type RawOptions } from '../../wire/dhcp4/options.ts'
import type { DhcpHeader } from '../../wire/dhcp4/packet.ts'
import type { DhcpRequest } from './read-request.ts'

/** A reply that is ready to be encoded: at most `mostBytes` of UDP payload. */
export type DhcpReply = { type: 'offer' | 'ack' | 'nak'; header: DhcpHeader; raw: RawOptions; mostBytes: number }

/** What is promised in an OFFER or ACK. `lease` is undefined in the answer to an INFORM. */
export type ReplyContent = { lease: { address: string; seconds: number } | undefined; boot: BootFields }

const REPLY = 2
const NONE = '0.0.0.0'
const IP_AND_UDP_BYTES = 28
const LEAST_IP_BYTES = 576
const ETHERNET_IP_BYTES = 1500

/** Sent whether the client listed them or not: those RFC 2131 table 3 asks for, and what booting needs. */
const ALWAYS: OptionName[] = [
  ...(['serverId', 'leaseSeconds', 'subnetMask'] as const),
  ...(['tftpServerName', 'bootFile', 'vendorClass', 'vendorSpecific', 'ipxe'] as const),
]

/** Copied byte for byte: RFC 6842 §3, RFC 4578 §2.3, and last RFC 3046 §2.2. */
const ECHOED: OptionName[] = ['clientId', 'machineUuid', 'relayAgent']

/** An OFFER or ACK (RFC 2131 table 3): the client's options in its order, then ours, option 82 last. */
export function giveReply(
  type: 'offer' | 'ack',
  { packet }: DhcpRequest,
  segment: Segment,
  { lease, boot }: ReplyContent,
): DhcpReply {
  const available = encodeOptions({ ...segmentOptions(segment), ...leaseOptions(lease?.seconds), ...boot.options })
  const everything = [...available.keys()]
  const wanted = packet.options.requestedOptions ?? everything
  const raw = new Map(encodeOptions({ messageType: type }))
  for (const code of [...wanted, ...ALWAYS.map(codeOf)]) {
    const bytes = available.get(code)
    if (bytes !== undefined && !raw.has(code)) raw.set(code, bytes)
  }
  return {
    type,
    header: {
      ...copied(packet),
      ciaddr: type === 'ack' && mayHave(packet.ciaddr, lease) ? packet.ciaddr : NONE,
      yiaddr: lease?.address ?? NONE,
      siaddr: boot.siaddr,
      file: boot.file,
    },
    raw: new Map([...raw, ...echo(packet.raw, ECHOED)]),
    mostBytes: roomFor(packet.options.maxMessageBytes),
  }
}

/** A NAK (RFC 2131 table 3): who refuses and why, the client's id (RFC 6842 §3), and nothing else. */
export function refuseReply({ packet }: DhcpRequest, segment: Segment, why: string): DhcpReply {
  const options = encodeOptions({ messageType: 'nak', serverId: segment.address, message: why })
  return {
    type: 'nak',
    header: copied(packet),
    raw: new Map([...options, ...echo(packet.raw, ['clientId', 'relayAgent'])]),
    mostBytes: roomFor(packet.options.maxMessageBytes),
  }
}

function segmentOptions(segment: Segment): Options {
  const { gateway, dns, domain } = segment
  return {
    subnetMask: numberToIpv4(prefixMask(segment.prefix)),
    ...(gateway === undefined ? {} : { routers: [gateway] }),
    ...(dns.length === 0 ? {} : { dnsServers: dns }),
    ...(domain === undefined ? {} : { domainName: domain }),
    broadcastAddress: networkBounds(segment.address, segment.prefix).broadcast,
    serverId: segment.address,
  }
}

/** T1 and T2 at the fractions of RFC 2131 §4.4.5. */
const leaseOptions = (seconds: number | undefined): Options =>
  seconds === undefined
    ? {}
    : {
        leaseSeconds: seconds,
        renewalSeconds: Math.floor(seconds / 2),
        rebindingSeconds: Math.floor((seconds * 7) / 8),
      }

const copied = (request: DhcpHeader): DhcpHeader => ({
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

const codeOf = (name: OptionName): number => OPTIONS[name].code

const echo = (raw: RawOptions, names: OptionName[]): [number, Uint8Array][] =>
  names.flatMap((name) => {
    const bytes = raw.get(codeOf(name))
    return bytes === undefined ? [] : [[codeOf(name), bytes] as [number, Uint8Array]]
  })

// Option 57 counts the IP packet (RFC 2132 §9.10). OVMF says 65280; more than a frame never arrives whole.
const roomFor = (maxMessageBytes = LEAST_IP_BYTES): number =>
  Math.min(Math.max(maxMessageBytes, LEAST_IP_BYTES), ETHERNET_IP_BYTES) - IP_AND_UDP_BYTES
