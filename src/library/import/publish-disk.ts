import type { Log } from '../../core/log.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import { digestOf } from '../../image/chunk-codec.ts'
import { type Chunk, encodeManifest, type Manifest, storedBytesOf } from '../../image/manifest.ts'
import { encodeSignatures } from '../../image/signature.ts'
import { type Blobs, contentKey, signatureKey } from '../blobs/blobs.ts'
import type { Keyring } from '../keyring.ts'
import type { VersionIndex } from '../version-index.ts'

/** A version that is now in the library. */
export type ImportedVersion = { digest: string; manifest: Manifest; row: ImageVersion }

export type PublishParts = { blobs: Blobs; index: VersionIndex; keys: Keyring; log: Log }

/**
 * Signs a manifest and makes it a version. The row in the index is last: before it nothing is visible. `relatives`: what
 * shares chunks with it, which then are not its own. Throws image.exists.
 */
export async function publishDisk(
  parts: PublishParts,
  manifest: Manifest,
  relatives: readonly Manifest[],
): Promise<ImportedVersion> {
  const bytes = encodeManifest(manifest)
  const digest = digestOf(bytes)
  await parts.blobs.put(signatureKey(digest), encodeSignatures([await parts.keys.sign(bytes)]))
  await parts.blobs.put(contentKey(digest), bytes)
  const shared = new Set(relatives.flatMap(chunksOf).map((chunk) => chunk.digest))
  const chunks = manifest.chunks.map((chunk) => (chunk && shared.has(chunk.digest) ? null : chunk))
  const row: ImageVersion = {
    name: manifest.name,
    version: manifest.version,
    kind: 'disk',
    manifestDigest: digest,
    size: manifest.size,
    storedBytes: storedBytesOf(manifest),
    ownBytes: storedBytesOf({ ...manifest, chunks }),
    createdAt: manifest.createdAt,
  }
  await parts.index.add(row)
  parts.log.info({ ...row }, 'image version stored')
  return { digest, manifest, row }
}

/** The chunks of a disk that have bytes. */
export const chunksOf = ({ chunks }: Manifest): Chunk[] => chunks.filter((chunk) => chunk !== null)
