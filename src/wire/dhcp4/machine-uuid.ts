import { type Codec, exactly } from './codecs.ts'
import { malformed } from './malformed.ts'

/** Where byte i of the canonical UUID stands on the wire: SMBIOS sends the first three fields little-endian. */
const MIXED_ENDIAN = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

/** Option 97 (RFC 4578 §2.3): type 0, then an SMBIOS UUID (DSP0134 §7.2.1), as canonical lower-case text. */
export const machineUuid: Codec<string> = {
  decode: (bytes) => {
    const [type, ...wire] = exactly(17, bytes)
    if (type !== 0) throw malformed('machine identifier', 'type 0', `type ${type}`)
    const hex = Buffer.from(swap(wire)).toString('hex')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  },
  encode: (uuid) => Uint8Array.of(0, ...swap(Buffer.from(uuid.replaceAll('-', ''), 'hex'))),
}

// The order is its own inverse.
const swap = (bytes: ArrayLike<number>): number[] => MIXED_ENDIAN.map((from) => bytes[from]!)
