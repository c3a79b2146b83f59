import { malformed } from './malformed.ts'

const END = 255
const PAD = 0
const LONGEST = 255

/**
 * The options inside an option, by code, in their order: options 43 (RFC 2132 §8.4), 82 (RFC 3046 §2.0) and 175. Pads and
 * an end mark (255) count only where `marks` says so: option 82 has none. Throws dhcp.malformed on one cut short.
 */
export function readSuboptions(bytes: Uint8Array, marks: 'pad-and-end' | 'none'): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at++]!
    if (marks === 'pad-and-end' && code === END) break
    if (marks === 'pad-and-end' && code === PAD) continue
    const length = bytes[at++]
    const value = bytes.subarray(at, at + (length ?? 0))
    if (length === undefined || value.length < length)
      throw malformed(`suboption ${code}`, length === undefined ? 'a length' : `${length} bytes`, `${value.length}`)
    found.set(code, value)
    at += length
  }
  return found
}

/** Suboptions as bytes, without an end mark. Throws dhcp.malformed for a value over 255 bytes. */
export function writeSuboptions(values: Iterable<readonly [number, Uint8Array]>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [code, value] of values) {
    if (value.length > LONGEST) throw malformed(`suboption ${code}`, `at most ${LONGEST} bytes`, `${value.length}`)
    parts.push(Uint8Array.of(code, value.length), value)
  }
  return Buffer.concat(parts)
}
