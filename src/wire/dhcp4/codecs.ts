import { ipv4ToNumber, numberToIpv4 } from '../../core/ipv4.ts'
import { malformed } from './malformed.ts'
import { MESSAGE_NAMES, MESSAGE_TYPES, type MessageType } from './message-types.ts'

/** Turns one option's bytes into a value and back. `decode` throws dhcp.malformed on a wrong shape. */
export type Codec<T> = {
  decode(bytes: Uint8Array): T
  encode(value: T): Uint8Array
}

const utf8 = new TextDecoder()
const encoder = new TextEncoder()

/** UTF-8 text, possibly empty; trailing NULs are dropped, since some ROMs NUL-terminate (RFC 2132 §2). */
export const text: Codec<string> = {
  decode: (bytes) => utf8.decode(bytes).replace(/\0+$/, ''),
  encode: (value) => encoder.encode(value),
}

/** The same, written with a NUL: EDK2 ends such a text itself, and where it has no NUL writes one over the next option. */
export const zeroEndedText: Codec<string> = { decode: text.decode, encode: (value) => text.encode(`${value}\0`) }

/** Bytes that nobody here looks into, `least` of them at the least. */
export const opaque = (least: number): Codec<Uint8Array> => ({
  decode: (bytes) => {
    if (bytes.length < least) throw malformed('opaque value', `at least ${least} bytes`, `${bytes.length}`)
    return bytes
  },
  encode: (value) => value,
})

/** An unsigned big-endian integer of one, two or four bytes. */
export const unsigned = (size: 1 | 2 | 4): Codec<number> => ({
  decode: (bytes) => {
    let value = 0
    for (const byte of exactly(size, bytes)) value = value * 256 + byte
    return value
  },
  encode: (value) => {
    if (!(value >= 0 && value < 256 ** size)) throw malformed('value', `0 to ${256 ** size - 1}`, `${value}`)
    const out = new Uint8Array(size)
    for (let at = size - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) out[at] = rest
    return out
  },
})

const word = unsigned(4)

/** One address as a dotted quad. */
export const ipv4: Codec<string> = {
  decode: (bytes) => numberToIpv4(word.decode(bytes)),
  encode: (value) => word.encode(ipv4ToNumber(value)),
}

/** One or more values of `size` bytes each. */
export const listOf = <T>(size: number, item: Codec<T>): Codec<T[]> => ({
  decode: (bytes) => {
    if (bytes.length === 0 || bytes.length % size !== 0)
      throw malformed('list', `a multiple of ${size} bytes, not 0`, `${bytes.length}`)
    return Array.from({ length: bytes.length / size }, (_, i) => item.decode(bytes.subarray(i * size, (i + 1) * size)))
  },
  encode: (values) => Buffer.concat(values.map((value) => item.encode(value))),
})

/** One or more single bytes. */
export const byteList: Codec<number[]> = {
  decode: (bytes) => {
    if (bytes.length === 0) throw malformed('list', 'at least 1 byte', '0')
    return Array.from(bytes)
  },
  encode: (values) => Uint8Array.from(values),
}

/** Option 53 by name. */
export const messageType: Codec<MessageType> = {
  decode: (bytes) => {
    const number = exactly(1, bytes)[0]!
    const name = MESSAGE_NAMES.get(number)
    if (name === undefined) throw malformed('message type', `1 to ${MESSAGE_NAMES.size}`, `${number}`)
    return name
  },
  encode: (value) => Uint8Array.of(MESSAGE_TYPES[value]),
}

/**
 * Option 77 as the texts in it: RFC 3004's length-prefixed list, or, where the lengths do not add up,
 * one bare text, which is what iPXE sends.
 */
export const userClass: Codec<string[]> = {
  decode: (bytes) => {
    const items: string[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = bytes[at]!
      if (length === 0 || at + 1 + length > bytes.length) return [text.decode(bytes)]
      items.push(text.decode(bytes.subarray(at + 1, at + 1 + length)))
      at += 1 + length
    }
    return items
  },
  encode: (values) =>
    Buffer.concat(
      values.map((value) => {
        const bytes = text.encode(value)
        return Buffer.concat([Uint8Array.of(bytes.length), bytes])
      }),
    ),
}

/** The bytes, when there are `size` of them. Throws dhcp.malformed. */
export function exactly(size: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== size) throw malformed('value', `${size} bytes`, `${bytes.length}`)
  return bytes
}
