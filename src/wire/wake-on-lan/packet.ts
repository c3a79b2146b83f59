import { AppError } from '../../core/errors.ts'

/** The EtherType of a magic packet that is sent without IP. */
export const ETHERTYPE_WAKE = 0x0842
/** The UDP port by which it is sent by custom (discard); cards look at the payload only. */
export const WAKE_PORT = 9

const MAC_BYTES = 6
const TIMES = 16
const PASSWORD_BYTES = [0, 4, 6]

/**
 * A magic packet (AMD "Magic Packet Technology" 20213): six bytes of ones, the MAC sixteen times, and where the card
 * asks for one the SecureOn password of 4 or 6 bytes; 102, 106 or 108 bytes. Throws request.invalid for other lengths.
 */
export function encodeMagic(mac: Uint8Array, password: Uint8Array = new Uint8Array()): Uint8Array {
  if (mac.length !== MAC_BYTES) throw new AppError('request.invalid', `expected a MAC of 6 bytes, got ${mac.length}`)
  if (!PASSWORD_BYTES.includes(password.length))
    throw new AppError('request.invalid', `expected a password of 4 or 6 bytes, got ${password.length}`)
  const out = Buffer.alloc(MAC_BYTES * (TIMES + 1) + password.length, 0xff)
  for (let time = 1; time <= TIMES; time++) out.set(mac, time * MAC_BYTES)
  out.set(password, MAC_BYTES * (TIMES + 1))
  return out
}

/** The packet as an Ethernet frame to everyone on the wire: destination (6) | source (6) | 0x0842 | payload. */
export function encodeMagicFrame(source: Uint8Array, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(14, 0xff)
  head.set(source, MAC_BYTES)
  head.writeUInt16BE(ETHERTYPE_WAKE, 2 * MAC_BYTES)
  return Buffer.concat([head, payload])
}
