import type { Clock } from '../core/clock.ts'
import { AppError, hasCode } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import { digestOf } from '../image/chunk-codec.ts'
import { decodeManifest, MAX_MANIFEST_BYTES, type Manifest } from '../image/manifest.ts'
import { decodeSignatures, type ManifestSignatures, type TrustedKey, verifyManifest } from '../image/signature.ts'
import { type Blobs, type ByteRange, contentKey, type OpenBlob, readBlob, signatureKey } from './blobs/blobs.ts'
import { createFolderBlobs } from './blobs/folder-blobs.ts'
import { writeDisk } from './exporter.ts'
import type { Progress } from './import/cutter.ts'
import { createImporter, type ImportedVersion, type ImportOptions, type VersionFacts } from './import/importer.ts'
import type { DiskSource } from './import/raw-disk.ts'
import type { Keyring } from './keyring.ts'
import { findFaults, type VerifyReport } from './verifier.ts'
import type { VersionIndex } from './version-index.ts'

/** What the library is made of; `folder` keeps `sha256/`, `signatures/` and `tmp/`; `maxDiskBytes` bounds an import (default 1 TiB). */
export type LibraryParts = {
  folder: string
  index: VersionIndex
  keys: Keyring
  clock: Clock
  log: Log
  maxDiskBytes?: number
}

/** A manifest whose bytes match their digest and carry a trusted signature. */
export type StoredManifest = {
  digest: string
  bytes: Uint8Array
  manifest: Manifest
  signatures: ManifestSignatures
  signedBy: string
}

/** The definitive library of signed versions. */
export type Library = {
  /** Throws image.exists, image.malformed, image.body_truncated, image.not_found (parent), program.failed. */
  importDisk(
    source: DiskSource,
    facts: VersionFacts,
    onProgress?: Progress,
    options?: ImportOptions,
  ): Promise<ImportedVersion>
  /** Throws image.not_found, image.signature, image.malformed, image.chunk_corrupt. */
  manifest(digest: string): Promise<StoredManifest>
  /** Like `manifest` for what is wrong with it; what is wrong with chunks is in the report. `deep` reads every byte. */
  verify(manifestDigest: string, deep: boolean, onProgress?: Progress): Promise<VerifyReport>
  find(name: string, version?: string): Promise<ImageVersion | undefined>
  list(): Promise<ImageVersion[]>
  /** Stored bytes of any blob by digest. Throws image.chunk_missing, request.invalid. */
  openChunk(digest: string, range?: ByteRange): Promise<OpenBlob>
  /** Writes the raw disk of a version to a new file. Throws as `manifest` and `openChunk` do. */
  exportDisk(manifestDigest: string, path: string, onProgress?: Progress): Promise<void>
  trustedKeys(): Promise<TrustedKey[]>
}

const DEFAULT_MAX_DISK_BYTES = 1024 ** 4

/** Makes the library over a folder. Nothing is read before it is asked. */
export function createLibrary(parts: LibraryParts): Library {
  const { index, keys } = parts
  const blobs = createFolderBlobs(parts.folder)
  const manifest = (digest: string): Promise<StoredManifest> => readManifest(blobs, keys, digest)
  const importDisk = createImporter({
    ...parts,
    blobs,
    readManifest: manifest,
    maxDiskBytes: parts.maxDiskBytes ?? DEFAULT_MAX_DISK_BYTES,
  })
  return {
    importDisk,
    manifest,
    verify: async (manifestDigest, deep, onProgress) => {
      const stored = await manifest(manifestDigest)
      const found = await findFaults(blobs, stored.manifest, deep, onProgress)
      return { manifestDigest, signedBy: stored.signedBy, ...found }
    },
    find: (name, version) => index.find(name, version),
    list: () => index.list(),
    openChunk: (digest, range) => blobs.open(contentKey(digest), range),
    exportDisk: async (manifestDigest, path, onProgress) =>
      writeDisk(blobs, (await manifest(manifestDigest)).manifest, path, onProgress),
    trustedKeys: () => keys.trusted(),
  }
}

async function readManifest(blobs: Blobs, keys: Keyring, digest: string): Promise<StoredManifest> {
  const bytes = await readBlob(blobs, contentKey(digest), MAX_MANIFEST_BYTES).catch((error) => {
    if (!hasCode(error, 'image.chunk_missing')) throw error
    throw new AppError('image.not_found', `expected a manifest ${digest}, got none`, { digest }, error)
  })
  const got = digestOf(bytes)
  if (got !== digest) throw new AppError('image.chunk_corrupt', `manifest: expected digest ${digest}, got ${got}`)
  const document = await readBlob(blobs, signatureKey(digest), 65_536).catch((error) => {
    if (!hasCode(error, 'image.chunk_missing')) throw error
    throw new AppError('image.signature', `expected signatures over manifest ${digest}, got none`, { digest }, error)
  })
  const signatures = decodeSignatures(document)
  const signedBy = verifyManifest(bytes, signatures, await keys.trusted())
  return { digest, bytes, manifest: decodeManifest(bytes), signatures, signedBy }
}
