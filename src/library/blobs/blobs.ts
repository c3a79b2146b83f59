import type { Readable } from 'node:stream'
import { AppError } from '../../core/errors.ts'

/** Bytes `start` to `end` of a blob, both included, as in an HTTP range (RFC 9110 §14.1.2). */
export type ByteRange = { start: number; end: number }

/** An open part of a blob: the size of the whole and the length of this part in bytes. */
export type OpenBlob = { size: number; length: number; stream: Readable }

/**
 * Where the library keeps bytes: a folder or a bucket. Keys come from `contentKey` and `signatureKey` only.
 * `put` makes a blob visible whole or not at all and leaves one that is there as it is.
 */
export type Blobs = {
  /** Its size in bytes, or undefined when it is not there. */
  has(key: string): Promise<number | undefined>
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Throws image.chunk_missing, request.invalid for a range outside of it. */
  open(key: string, range?: ByteRange): Promise<OpenBlob>
  delete(key: string): Promise<void>
  /**
   * Keeps a stream of any length under its SHA-256 (64 lower-case hex digits), which is told with its bytes. Throws
   * image.chunk_corrupt, and keeps nothing, when that is not what is `expected`.
   */
  take(stream: AsyncIterable<Uint8Array>, expected?: string): Promise<{ digest: string; size: number }>
  /** Every blob there is, in no order. Bytes. */
  list(): AsyncIterable<{ key: string; size: number }>
  /** Puts a damaged blob aside, out of the way of `put`. */
  quarantine(key: string): Promise<void>
}

/** The key of bytes by their SHA-256: `sha256/<2 hex>/<64 hex>`. Throws request.invalid on another text. */
export const contentKey = (digest: string): string => `sha256/${checked(digest).slice(0, 2)}/${digest}`

/** The key of the signatures over a manifest. Throws request.invalid. */
export const signatureKey = (manifestDigest: string): string => `signatures/${checked(manifestDigest)}`

/** The bytes of a whole blob. Throws image.chunk_missing; image.malformed when it has more than `limit` bytes. */
export async function readBlob(blobs: Blobs, key: string, limit: number): Promise<Buffer<ArrayBuffer>> {
  const blob = await blobs.open(key)
  if (blob.size > limit) {
    blob.stream.destroy()
    throw new AppError('image.malformed', `expected ${key} to have at most ${limit} bytes, got ${blob.size}`)
  }
  const bytes = Buffer.from(new ArrayBuffer(blob.length))
  let at = 0
  for await (const part of blob.stream) at += (part as Buffer).copy(bytes, at)
  return bytes.subarray(0, at)
}

function checked(digest: string): string {
  if (/^[0-9a-f]{64}$/.test(digest)) return digest
  throw new AppError('request.invalid', `expected 64 lower-case hex digits, got ${JSON.stringify(digest.slice(0, 80))}`)
}
