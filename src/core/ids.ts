import { createHash, randomBytes } from 'node:crypto'

/** A UUID version 7 (RFC 9562 §5.7): sorts by `now`, the milliseconds since the epoch. */
export function uuidV7(now: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** 256 random bits as base64url text, for tokens and boot codes. */
export const randomToken = (): string => randomBytes(32).toString('base64url')

/** SHA-256 of text or bytes, as 64 lower-case hex digits. */
export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
