import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { MadeMedium, MediaWish } from '../domain/media-kind.ts'
import type { Manifest } from '../image/manifest.ts'
import type { TrustedKey } from '../image/signature.ts'
import { createArchives, type ImportedArchive } from './archive/archives.ts'
import type { WrittenArchive } from './archive/write-archive.ts'
import { type ByteRange, contentKey, type OpenBlob } from './blobs/blobs.ts'
import { createFolderBlobs, sweepTemporary } from './blobs/folder-blobs.ts'
import { type Collector, createCollector } from './care/garbage.ts'
import { isLive, type LiveFacts } from './care/live-versions.ts'
import { type BlobSource, type ScrubParts, type ScrubReport, scrub } from './care/scrub.ts'
import { reportSpace, type SpaceReport } from './care/space.ts'
import { asDisk, asFiles, blobsOf, type Content, type NeededBlob, readContent, type Stored } from './contents.ts'
import { type SyncedVersion, syncVersion, type Upstream } from './depot/sync-depot.ts'
import { exportMedia } from './export/exporter.ts'
import type { IsoWish } from './export/iso/iso-wish.ts'
import { writeDisk } from './export/write-disk.ts'
import { writeFiles } from './export/write-files.ts'
import { asFull } from './full.ts'
import type { Progress } from './import/cutter.ts'
import type { DiskCapture } from './import/disk-capture.ts'
import type { FilesFacts, ImportedFiles } from './import/files-importer.ts'
import type { ImportOptions, VersionFacts } from './import/importer.ts'
import { createIntake, type NamedFacts } from './import/intake.ts'
import type { ImportedVersion } from './import/publish-disk.ts'
import type { DiskSource } from './import/raw-disk.ts'
import { createInspector, type Inspector } from './inspect/inspector.ts'
import type { Keyring } from './keyring.ts'
import type { LibraryHolds } from './library-holds.ts'
import type { KeptStatement } from './life/lifecycle-records.ts'
import { findFaults, type VerifyReport } from './verifier.ts'
import type { VersionIndex } from './version-index.ts'

/** What the library is made of; `folder` keeps `sha256/`, `signatures/` and `tmp/`; `maxDiskBytes` bounds an import (default 1 TiB). */
export type LibraryParts = {
  folder: string
  index: VersionIndex
  keys: Keyring
  holds: LibraryHolds
  /** Asked by every collection of garbage. */
  liveFacts(): Promise<LiveFacts>
  faults: ScrubParts['faults']
  clock: Clock
  log: Log
  maxDiskBytes?: number
}

export type StoredManifest = Stored<Manifest>

/** The definitive library of signed versions. */
export type Library = {
  /** Throws image.exists, image.malformed, image.body_truncated, image.not_found (parent), program.failed. */
  importDisk(
    source: DiskSource,
    facts: VersionFacts,
    onProgress?: Progress,
    options?: ImportOptions,
  ): Promise<ImportedVersion>
  /** Stores every file below a folder, or one file, as one version. Throws image.exists, image.malformed. */
  importFiles(from: string, facts: FilesFacts, onProgress?: Progress): Promise<ImportedFiles>
  /** Stores the files of installation media, extracted from an ISO 9660 file. Throws image.exists, image.malformed. */
  importIso(iso: string, facts: NamedFacts, onProgress?: Progress): Promise<ImportedFiles>
  /** Stores a Windows image file with the list of its images. Throws image.exists, image.malformed. */
  importWim(file: string, facts: NamedFacts, onProgress?: Progress): Promise<ImportedFiles>
  /** Takes a disk in chunk by chunk. Throws library.busy. */
  openCapture(facts: { name: string; version: string }): Promise<DiskCapture>
  /** Of a disk. Throws image.not_found, image.signature, image.malformed (also when it is no disk), image.chunk_corrupt. */
  manifest(digest: string): Promise<StoredManifest>
  /** Of any kind. Throws image.not_found, image.signature, image.malformed, image.chunk_corrupt. */
  content(digest: string): Promise<Stored<Content>>
  /** Like `content` for what is wrong with it; what is wrong with its blobs is in the report. `deep` reads every byte. */
  verify(manifestDigest: string, deep: boolean, onProgress?: Progress): Promise<VerifyReport>
  find(name: string, version?: string): Promise<ImageVersion | undefined>
  list(): Promise<ImageVersion[]>
  /** Stored bytes of any blob by digest. Throws image.chunk_missing, request.invalid. */
  openChunk(digest: string, range?: ByteRange): Promise<OpenBlob>
  /** Writes the raw disk of a version to a new file. Throws as `manifest` and `openChunk` do. */
  exportDisk(manifestDigest: string, path: string, onProgress?: Progress): Promise<void>
  /** Writes the files of a version that is no disk into a new folder: all, or those of `paths`. Throws as `content` and `writeFiles` do. */
  exportFiles(manifestDigest: string, folder: string, paths?: readonly string[]): Promise<void>
  /** Writes a version as signed files for the outside; a medium that boots needs `iso`. Throws as `manifest` does, request.invalid, storage.full, program.failed. */
  exportMedia(manifestDigest: string, wish: MediaWish, iso?: IsoWish, onProgress?: Progress): Promise<MadeMedium[]>
  trustedKeys(): Promise<TrustedKey[]>
  /** All of a version in one file. Throws as `content` and `openChunk` do. */
  writeArchive(
    digest: string,
    statements: readonly KeptStatement[],
    path: string,
    onProgress?: Progress,
  ): Promise<WrittenArchive>
  /** Brings an archive in. Throws image.exists, image.malformed, image.signature, image.body_truncated, image.chunk_corrupt. */
  importArchive(path: string, onProgress?: Progress): Promise<ImportedArchive>
  /** Brings a version of another appliance in, fetching what is not here. Throws as `syncVersion` of depot/sync-depot.ts. */
  syncVersion(upstream: Upstream, digest: string, onProgress?: Progress): Promise<SyncedVersion>
  inspect: Inspector
  garbage: Collector
  /** Who takes how many bytes of it. */
  space(): Promise<SpaceReport>
  /** Looks at every byte that is needed, at most so many a second; mends what `sources` have whole. */
  scrub(sources: readonly BlobSource[], bytesPerSecond: number, signal?: AbortSignal): Promise<ScrubReport>
}

const DEFAULT_MAX_DISK_BYTES = 1024 ** 4

/** Makes the library over a folder. Nothing is read before it is asked. */
export function createLibrary(parts: LibraryParts): Library {
  const { index, keys, holds } = parts
  const blobs = createFolderBlobs(parts.folder)
  const content = (digest: string): Promise<Stored<Content>> => readContent(blobs, keys, digest)
  const contentOf = async (digest: string): Promise<Content> => (await content(digest)).manifest
  const manifest = async (digest: string): Promise<StoredManifest> => asDisk(await content(digest))
  const archives = createArchives({ blobs, index, keys, content })
  const sweep = (): Promise<void> => sweepTemporary(parts.folder)
  const garbage = createCollector({ blobs, index, content: contentOf, facts: parts.liveFacts, holds, sweep })
  const change = async <T>(says: string, work: () => Promise<T>): Promise<T> =>
    holds.during('change', says, work).catch(async (error: unknown) => {
      const full = asFull(error)
      if (!full) throw error
      // What came in before there was no room has no name, so it may go; unless others bring something in, who may rely on it.
      await garbage.collect().catch((why: unknown) => parts.log.warn({ why: String(why) }, 'nothing was freed'))
      throw full
    })
  return {
    ...createIntake({
      ...parts,
      blobs,
      content,
      manifest,
      change,
      maxDiskBytes: parts.maxDiskBytes ?? DEFAULT_MAX_DISK_BYTES,
    }),
    ...{ manifest, content },
    verify: async (manifestDigest, deep, onProgress) => {
      const stored = await content(manifestDigest)
      const found = await findFaults(blobs, stored.manifest, deep, onProgress)
      return { manifestDigest, signedBy: stored.signedBy, ...found }
    },
    find: (name, version) => index.find(name, version),
    list: () => index.list(),
    openChunk: (digest, range) => blobs.open(contentKey(digest), range),
    exportDisk: async (manifestDigest, path, onProgress) =>
      writeDisk(blobs, (await manifest(manifestDigest)).manifest, path, onProgress),
    exportFiles: async (manifestDigest, folder, paths) =>
      writeFiles(blobs, asFiles(await content(manifestDigest)).manifest, folder, paths),
    exportMedia: async (manifestDigest, wish, iso, onProgress = () => {}) => {
      const stored = await manifest(manifestDigest)
      const { name, version } = stored.manifest
      return holds.during('change', `export of ${name} ${version}`, () =>
        exportMedia({ ...parts, blobs }, stored, wish, iso, onProgress),
      )
    },
    trustedKeys: () => keys.trusted(),
    writeArchive: archives.write,
    importArchive: (path, onProgress) => change(`import of ${path}`, () => archives.take(path, onProgress)),
    syncVersion: (upstream, digest, onProgress = () => {}) =>
      change(`synchronisation of ${digest}`, () => syncVersion({ blobs, index, keys, upstream }, digest, onProgress)),
    inspect: createInspector({ folder: parts.folder, blobs, change }),
    garbage,
    space: () => reportSpace({ blobs, index, content: contentOf }),
    scrub: (sources, bytesPerSecond, signal) =>
      scrub(
        { ...parts, blobs, sources, change, needed: () => neededBlobs(index, contentOf, parts.liveFacts) },
        bytesPerSecond,
        signal,
      ),
  }
}

/** The distinct blobs of all versions whose bytes must be there. */
async function neededBlobs(
  index: VersionIndex,
  content: (digest: string) => Promise<Content>,
  liveFacts: () => Promise<LiveFacts>,
): Promise<NeededBlob[]> {
  const [rows, facts] = [await index.list(), await liveFacts()]
  const needed = new Map<string, NeededBlob>()
  for (const row of rows.filter((one) => isLive(one, facts)))
    for (const blob of blobsOf(await content(row.manifestDigest))) needed.set(blob.digest, blob)
  return [...needed.values()]
}
