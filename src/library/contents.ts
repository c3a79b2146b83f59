import { AppError, hasCode } from '../core/errors.ts'
import { digestOf } from '../image/chunk-codec.ts'
import { type FilesManifest, parseFilesManifest } from '../image/files-manifest.ts'
import { MAX_MANIFEST_BYTES, type Manifest, parseManifest, readManifestJson } from '../image/manifest.ts'
import { decodeSignatures, type ManifestSignatures, verifyManifest } from '../image/signature.ts'
import { type Blobs, contentKey, readBlob, signatureKey } from './blobs/blobs.ts'
import type { Keyring } from './keyring.ts'

/** What a version consists of: a disk or files. */
export type Content = Manifest | FilesManifest

/** A manifest whose bytes match their digest and carry a trusted signature. */
export type Stored<C extends Content> = {
  digest: string
  bytes: Uint8Array
  manifest: C
  signatures: ManifestSignatures
  signedBy: string
}

/** A blob that a version needs: its digest and how many bytes are stored. */
export type NeededBlob = { digest: string; length: number }

const MOST_SIGNATURE_BYTES = 65_536

/** Reads and judges a manifest of either format. Throws image.not_found, image.signature, image.malformed, image.chunk_corrupt. */
export async function readContent(blobs: Blobs, keys: Keyring, digest: string): Promise<Stored<Content>> {
  const missing = (code: 'image.not_found' | 'image.signature', expected: string) => (error: unknown) => {
    if (!hasCode(error, 'image.chunk_missing')) throw error
    throw new AppError(code, `expected ${expected} ${digest}, got none`, { digest }, error)
  }
  const bytes = await readBlob(blobs, contentKey(digest), MAX_MANIFEST_BYTES).catch(
    missing('image.not_found', 'a manifest'),
  )
  const got = digestOf(bytes)
  if (got !== digest) throw new AppError('image.chunk_corrupt', `manifest: expected digest ${digest}, got ${got}`)
  const document = await readBlob(blobs, signatureKey(digest), MOST_SIGNATURE_BYTES).catch(
    missing('image.signature', 'signatures over manifest'),
  )
  const signatures = decodeSignatures(document)
  const signedBy = verifyManifest(bytes, signatures, await keys.trusted())
  return { digest, bytes, manifest: parseContent(readManifestJson(bytes)), signatures, signedBy }
}

/** Judges what a manifest says, by the format that it names first. Throws image.malformed. */
export function parseContent(value: unknown): Content {
  const isFiles = typeof value === 'object' && value !== null && 'format' in value && value.format === 'slipway-files/1'
  return isFiles ? parseFilesManifest(value) : parseManifest(value)
}

/** Throws image.malformed when the version is files and no disk. */
export function asDisk(stored: Stored<Content>): Stored<Manifest> {
  const { manifest } = stored
  if (manifest.format === 'slipway-image/1') return { ...stored, manifest }
  const what = `${manifest.name} ${manifest.version}, which is ${manifest.kind}`
  throw new AppError('image.malformed', `expected a disk image, got ${what}`)
}

/** Throws image.malformed when the version is a disk and no files. */
export function asFiles(stored: Stored<Content>): Stored<FilesManifest> {
  const { manifest } = stored
  if (manifest.format === 'slipway-files/1') return { ...stored, manifest }
  throw new AppError('image.malformed', `expected files, got ${manifest.name} ${manifest.version}, which is a disk`)
}

/** Every distinct blob that a version's content is made of. */
export function blobsOf(content: Content): NeededBlob[] {
  const all =
    content.format === 'slipway-image/1'
      ? content.chunks.filter((chunk) => chunk !== null)
      : content.files.map(({ digest, size }) => ({ digest, length: size }))
  return [...new Map(all.map(({ digest, length }) => [digest, { digest, length }])).values()]
}
