import type { Manifest } from './manifest.ts'

/** Where a deployment medium keeps what it deploys, below the root of its file system. */
export const MEDIUM_FILES = {
  manifest: 'slipway/manifest.json',
  signatures: 'slipway/signatures.json',
  chunks: 'slipway/chunks',
} as const

const LABEL_DIGITS = 16
/** Byte of the primary volume descriptor, and where in it the volume's name stands (ECMA-119 §6.2.1, §8.4). */
export const DESCRIPTOR = { offset: 32_768, length: 2048 } as const
const NAME = { start: 40, end: 72 }

/** The volume name of the medium for a manifest: letters that ECMA-119 allows. */
export const mediumLabel = (manifestDigest: string): string =>
  `SLIPWAY_${manifestDigest.slice(0, LABEL_DIGITS).toUpperCase()}`

/** True for the volume name of any medium of ours. */
export const isMediumLabel = (label: string): boolean => /^SLIPWAY_[0-9A-F]{16}$/.test(label)

/** The volume name in a primary volume descriptor; undefined when the bytes are none. */
export function readVolumeName(descriptor: Buffer): string | undefined {
  const isPrimary = descriptor[0] === 1 && descriptor.toString('latin1', 1, 6) === 'CD001'
  return isPrimary ? descriptor.toString('latin1', NAME.start, NAME.end).trimEnd() : undefined
}

/** A chunk's stored bytes in the pack, in bytes. */
export type PackPlace = { offset: number; length: number }

/** Where each chunk lies in the medium's one file of chunks: in the order of the disk, each once. `bytes` of the whole file. */
export function packPlaces(manifest: Manifest): { places: Map<string, PackPlace>; bytes: number } {
  const places = new Map<string, PackPlace>()
  let bytes = 0
  for (const chunk of manifest.chunks) {
    if (!chunk || places.has(chunk.digest)) continue
    places.set(chunk.digest, { offset: bytes, length: chunk.length })
    bytes += chunk.length
  }
  return { places, bytes }
}
