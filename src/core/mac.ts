import { AppError } from './errors.ts'

const ACCEPTED = /^[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}$/i

/** Six octets as `52:54:00:12:34:56`, lower case; reads colons, dashes or neither. Throws request.invalid. */
export function parseMac(text: string): string {
  if (!ACCEPTED.test(text)) throw new AppError('request.invalid', `expected a MAC address, got ${JSON.stringify(text)}`)
  return formatMac(Buffer.from(text.replace(/[:-]/g, ''), 'hex'))
}

/** Bytes of a hardware address as colon-separated lower-case hex. */
export function formatMac(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += text === '' ? HEX[byte] : `:${HEX[byte]}`
  return text
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The bytes of an address that `parseMac` answered. */
export const bytesOfMac = (mac: string): Uint8Array => Buffer.from(mac.replaceAll(':', ''), 'hex')
