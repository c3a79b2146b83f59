/**
 * An echo message (RFC 792 page 14): type (1), code (1), checksum (2), identifier (2), sequence (2), data.
 * Type 8 asks, type 0 answers.
 */
const [REQUEST, REPLY] = [8, 0]
const BYTES = 16
/** The least header of IPv4 (RFC 791 §3.1), which raw sockets hand over too. */
const IP_BYTES = 20
const ICMP = 1

/** An echo request. `id` and `sequence`: 0 to 65535. */
export function encodeEcho(id: number, sequence: number): Uint8Array {
  const out = Buffer.alloc(BYTES)
  out[0] = REQUEST
  out.writeUInt16BE(id, 4)
  out.writeUInt16BE(sequence, 6)
  out.writeUInt16BE(checksum(out), 2)
  return out
}

/** Who answered which request, from an IPv4 packet; undefined where it is no echo reply. */
export function decodeEchoReply(packet: Uint8Array): { source: string; id: number; sequence: number } | undefined {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength)
  const head = ((bytes[0] ?? 0) & 15) * 4
  if (bytes.length < IP_BYTES || bytes[9] !== ICMP || head < IP_BYTES || bytes.length < head + 8) return undefined
  if (bytes[head] !== REPLY) return undefined
  return {
    ...{ source: bytes.subarray(12, 16).join('.'), id: bytes.readUInt16BE(head + 4) },
    sequence: bytes.readUInt16BE(head + 6),
  }
}

/** The checksum of the Internet (RFC 1071): the one's complement of the one's complement sum of 16-bit words. */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
