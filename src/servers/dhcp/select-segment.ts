import { isBehindRelays, isOnSegment, type Segment } from '../../domain/segment.ts'
import type { DhcpPacket } from '../../wire/dhcp4/packet.ts'
import { readRelayAgent } from '../../wire/dhcp4/relay-agent.ts'

/** The segment a packet belongs to and what to call ourselves there (option 54), or why it is none of ours. */
export type SegmentChoice = { segment: Segment; serverId: string } | { why: string }

const NONE = '0.0.0.0'

/**
 * Of the segments on the interface where a packet came in, the one it belongs to. From a relay: by the link it names
 * (RFC 3527) or else its own address (giaddr, RFC 2131 §4.3.1), if the segment lists that relay. Straight from a client:
 * by the address it already has, which may be behind a relay, or else the segment of the interface itself. Option 82 of
 * a packet without giaddr was put in by a switch and is not believed.
 */
export function selectSegment({ giaddr, ciaddr, options }: DhcpPacket, segments: readonly Segment[]): SegmentChoice {
  if (giaddr === NONE) {
    const holder = ciaddr === NONE ? undefined : segments.find((segment) => isOnSegment(segment, ciaddr))
    const segment = holder ?? segments.find((one) => !isBehindRelays(one))
    return segment
      ? { segment, serverId: segment.address }
      : { why: 'every segment of this interface is behind relays' }
  }
  const { linkSelection, serverIdOverride } = readRelayAgent(options.relayAgent)
  const link = linkSelection ?? giaddr
  const segment = segments.find((one) => isOnSegment(one, link) && one.relays.includes(giaddr))
  if (segment) return { segment, serverId: serverIdOverride ?? segment.address }
  const onLink = segments.find((one) => isOnSegment(one, link))
  return {
    why: onLink
      ? `came through ${giaddr}, which is none of the relays of segment ${onLink.name}`
      : `came through the relay ${giaddr} for ${link}, which lies in no segment`,
  }
}
