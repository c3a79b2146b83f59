import { AppError } from './errors.ts'

/** A dotted quad as an unsigned 32-bit number. Throws request.invalid. */
export function ipv4ToNumber(text: string): number {
  let [value, octet, digits, dots] = [0, 0, 0, 0]
  // By hand: thousands of packets a second ask this, and splitting and matching cost more than all the rest of an answer.
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? DOT : text.charCodeAt(at)
    if (code === DOT) {
      if (digits === 0 || octet > 255) return refuse(text)
      value = value * 256 + octet
      octet = digits = 0
      dots++
    } else if (code >= ZERO && code <= NINE && digits < 3) {
      octet = octet * 10 + code - ZERO
      digits++
    } else return refuse(text)
  }
  return dots === 4 ? value : refuse(text)
}

const [DOT, ZERO, NINE] = [46, 48, 57]

function refuse(text: string): never {
  throw new AppError('request.invalid', `expected an IPv4 address, got ${JSON.stringify(text)}`)
}

/** An unsigned 32-bit number as a dotted quad. */
export const numberToIpv4 = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`

/** The netmask of a prefix length (0 to 32) as a number. */
export const prefixMask = (prefix: number): number => (prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0)

/** First and last address of the network that `address`/`prefix` lies in (network and broadcast address). */
export function networkBounds(address: string, prefix: number): { network: string; broadcast: string } {
  const mask = prefixMask(prefix)
  const network = (ipv4ToNumber(address) & mask) >>> 0
  return { network: numberToIpv4(network), broadcast: numberToIpv4((network | ~mask) >>> 0) }
}

/** True when `address` lies in the network of `base`/`prefix`. */
export const inNetwork = (address: string, base: string, prefix: number): boolean =>
  ((ipv4ToNumber(address) ^ ipv4ToNumber(base)) & prefixMask(prefix)) === 0
