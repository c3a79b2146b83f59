import { formatMac } from '../../core/mac.ts'

/** The EtherType of ARP. */
export const ETHERTYPE_ARP = 0x0806

/**
 * An Ethernet frame with an ARP packet for IPv4 (RFC 826, RFC 5227 §1.1), 42 bytes:
 *    0 destination (6) | source (6) | 0x0806
 *   14 hardware 1 | protocol 0x0800 | 6 | 4 | operation (2)
 *   22 sender MAC (6) | sender address (4) | target MAC (6) | target address (4)
 */
const FRAME_BYTES = 42
const HEAD = Buffer.from('0001080006040000', 'hex')
const OPERATION_AT = 20
const SENDER_MAC_AT = 22
const SENDER_ADDRESS_AT = 28
const TARGET_ADDRESS_AT = 38
const REQUEST = 1

/** What an ARP packet says of its sender; `address` 0.0.0.0 in a probe. */
export type ArpSender = { operation: 'request' | 'reply'; mac: string; address: string; target: string }

/** A probe: who has `address`, asked without an address of one's own, so that nobody learns a wrong one (RFC 5227 §2.1.1). */
export function encodeArpProbe(mac: Uint8Array, address: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(FRAME_BYTES)
  frame.fill(0xff, 0, 6)
  frame.set(mac, 6)
  frame.writeUInt16BE(ETHERTYPE_ARP, 12)
  frame.set(HEAD, 14)
  frame.writeUInt16BE(REQUEST, OPERATION_AT)
  frame.set(mac, SENDER_MAC_AT)
  frame.set(address, TARGET_ADDRESS_AT)
  return frame
}

/** Reads a frame; undefined where it is no ARP for IPv4 over Ethernet. */
export function decodeArp(frame: Uint8Array): ArpSender | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
  if (bytes.length < FRAME_BYTES || bytes.readUInt16BE(12) !== ETHERTYPE_ARP) return undefined
  if (!bytes.subarray(14, OPERATION_AT).equals(HEAD.subarray(0, 6))) return undefined
  const operation = bytes.readUInt16BE(OPERATION_AT)
  if (operation !== 1 && operation !== 2) return undefined
  return {
    operation: operation === REQUEST ? 'request' : 'reply',
    mac: formatMac(bytes.subarray(SENDER_MAC_AT, SENDER_MAC_AT + 6)),
    address: bytes.subarray(SENDER_ADDRESS_AT, SENDER_ADDRESS_AT + 4).join('.'),
    target: bytes.subarray(TARGET_ADDRESS_AT, TARGET_ADDRESS_AT + 4).join('.'),
  }
}
