import { AppError } from '../../core/errors.ts'
import { inParallel } from '../../core/in-parallel.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import { digestOf } from '../../image/chunk-codec.ts'
import { readManifestJson } from '../../image/manifest.ts'
import { decodeSignatures, verifyManifest } from '../../image/signature.ts'
import { rowOf } from '../archive/archives.ts'
import { type Blobs, contentKey, signatureKey } from '../blobs/blobs.ts'
import { blobsOf, type Content, parseContent } from '../contents.ts'
import type { Progress } from '../import/cutter.ts'
import type { Keyring } from '../keyring.ts'
import type { KeptStatement } from '../life/lifecycle-records.ts'
import type { VersionIndex } from '../version-index.ts'

/** What a channel of the upstream points at. */
export type UpstreamChannel = { image: string; channel: string; version: string; manifestDigest: string }
/** Where a depot has its versions from. Nothing that it says is believed: everything is judged by digest and signature. */
export type Upstream = {
  channels(): Promise<UpstreamChannel[]>
  version(
    digest: string,
  ): Promise<{ manifest: Uint8Array; signatures: Uint8Array; statements: KeptStatement[] } | undefined>
  open(digest: string): Promise<AsyncIterable<Uint8Array> | undefined>
}
export type SyncedVersion = { row: ImageVersion; statements: KeptStatement[]; fetched: number; bytes: number }
export type DepotParts = { blobs: Blobs; index: VersionIndex; keys: Keyring; upstream: Upstream }

const BLOBS_AT_ONCE = 6

/**
 * Brings one version of the upstream in: only blobs that are not here travel. The row in the index is last. Throws
 * image.signature, image.malformed, image.chunk_corrupt, image.chunk_missing, image.exists.
 */
export async function syncVersion(
  { blobs, index, keys, upstream }: DepotParts,
  digest: string,
  onProgress: Progress,
): Promise<SyncedVersion> {
  const told = await upstream.version(digest)
  if (!told) throw new AppError('image.not_found', `expected the upstream to have version ${digest}, it has not`)
  const { manifest, signatures, statements } = told
  if (digestOf(manifest) !== digest)
    throw new AppError('image.chunk_corrupt', `expected manifest ${digest}, got ${digestOf(manifest)}`)
  verifyManifest(manifest, decodeSignatures(signatures), await keys.trusted())
  const content = parseContent(readManifestJson(manifest))
  const lacking = await lackingBlobs(blobs, content)
  const total = lacking.reduce((sum, { length }) => sum + length, 0)
  let bytes = 0
  await inParallel(lacking, BLOBS_AT_ONCE, async (blob) => {
    const stream = await upstream.open(blob.digest)
    if (!stream) throw new AppError('image.chunk_missing', `expected the upstream to have ${blob.digest}, it has not`)
    await blobs.take(stream, blob.digest)
    bytes += blob.length
    onProgress(bytes, total)
  })
  await blobs.put(signatureKey(digest), signatures)
  await blobs.put(contentKey(digest), manifest)
  const row = rowOf(content, digest)
  const known = await index.find(row.name, row.version)
  if (known && known.manifestDigest !== digest)
    throw new AppError('image.exists', `expected ${row.name} ${row.version} to be the upstream's, another is here`)
  if (!known) await index.add(row)
  return { row: known ?? row, statements, fetched: lacking.length, bytes }
}

async function lackingBlobs(blobs: Blobs, content: Content) {
  const needed = blobsOf(content)
  const sizes = await Promise.all(needed.map(({ digest }) => blobs.has(contentKey(digest))))
  return needed.filter(({ length }, at) => sizes[at] !== length)
}
