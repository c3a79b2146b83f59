import { AppError } from './errors.ts'

/** A dotted quad as an unsigned 32-bit number. Throws request.invalid. */
export function ipv4ToNumber(text: string): number {
  const parts = text.split('.')
  const octets = parts.map(Number)
  const valid = parts.length === 4 && parts.every((p, i) => /^\d{1,3}$/.test(p) && octets[i]! <= 255)
  if (!valid) throw new AppError('request.invalid', `expected an IPv4 address, got ${JSON.stringify(text)}`)
  return octets.reduce((sum, octet) => sum * 256 + octet, 0)
}

/** An unsigned 32-bit number as a dotted quad. */
export const numberToIpv4 = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')

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
