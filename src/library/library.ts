import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { MadeMedium, MediaWish } from '../domain/media-kind.ts'
import type { Manifest } from '../image/manifest.ts'
import type { TrustedKey } from '../image/signature.ts'
import { type ByteRange, contentKey, type OpenBlob } from './blobs/blobs.ts'
import { createFolderBlobs, sweepTemporary } from './blobs/folder-blobs.ts'
import { type Collector, createCollector } from './care/garbage.ts'
import { isLive, type LiveFacts } from './care/live-versions.ts'
import { type BlobSource, type ScrubParts, type ScrubReport, scrub } from './care/scrub.ts'
import { reportSpace, type SpaceReport } from './care/space.ts'
import { asDisk, blobsOf, type Content, type NeededBlob, readContent, type Stored } from './contents.ts'
import { exportMedia } from './export/exporter.ts'
import type { IsoWish } from './export/iso/iso-wish.ts'
import { writeDisk } from './export/write-disk.ts'
import type { Progress } from './import/cutter.ts'
import { createFilesImporter, type FilesFacts, type ImportedFiles } from './import/files-importer.ts'
import { createImporter, type ImportedVersion, type ImportOptions, type VersionFacts } from './import/importer.ts'
import { findBootFiles, withIsoTree } from './import/installer-tree.ts'
import type { DiskSource } from './import/raw-disk.ts'
import { readWimImages } from './import/wim-images.ts'
import type { Keyring } from './keyring.ts'
import type { LibraryHolds } from './library-holds.ts'
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

/** What is said of files whose kind says the rest. */
export type NamedFacts = Pick<FilesFacts, 'name' | 'version' | 'provenance'>

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
  /** Writes a version as signed files for the outside; a medium that boots needs `iso`. Throws as `manifest` does, request.invalid, storage.full, program.failed. */
  exportMedia(manifestDigest: string, wish: MediaWish, iso?: IsoWish, onProgress?: Progress): Promise<MadeMedium[]>
  trustedKeys(): Promise<TrustedKey[]>
  garbage: Collector
  /** Who takes how many bytes of it. */
  space(): Promise<SpaceReport>
  /** Looks at every byte that is needed, at most so many a second; mends what `sources` have whole. */
  scrub(sources: readonly BlobSource[], bytesPerSecond: number, signal?: AbortSignal): Promise<ScrubReport>
}

const DEFAULT_MAX_DISK_BYTES = 1024 ** 4
const ISO_TIMEOUT_MS = 60 * 60 * 1000

/** Makes the library over a folder. Nothing is read before it is asked. */
export function createLibrary(parts: LibraryParts): Library {
  const { index, keys, holds } = parts
  const blobs = createFolderBlobs(parts.folder)
  const content = (digest: string): Promise<Stored<Content>> => readContent(blobs, keys, digest)
  const contentOf = async (digest: string): Promise<Content> => (await content(digest)).manifest
  const manifest = async (digest: string): Promise<StoredManifest> => asDisk(await content(digest))
  const maxDiskBytes = parts.maxDiskBytes ?? DEFAULT_MAX_DISK_BYTES
  const importDisk = createImporter({ ...parts, blobs, readManifest: manifest, maxDiskBytes })
  const importFiles = createFilesImporter({ ...parts, blobs, content: contentOf })
  const sweep = (): Promise<void> => sweepTemporary(parts.folder)
  return {
    importDisk: (source, facts, onProgress, options) =>
      holds.during('change', `import of ${facts.name} ${facts.version}`, () =>
        importDisk(source, facts, onProgress, options),
      ),
    importFiles: (from, facts, onProgress) =>
      holds.during('change', `import of ${facts.name} ${facts.version}`, () => importFiles(from, facts, onProgress)),
    importIso: (iso, facts, onProgress) =>
      holds.during('change', `import of ${facts.name} ${facts.version}`, () =>
        withIsoTree(iso, parts.folder, { maxDiskBytes, timeoutMs: ISO_TIMEOUT_MS }, async (tree) =>
          importFiles(tree, { ...facts, kind: 'installer', boot: await findBootFiles(tree), images: [] }, onProgress),
        ),
      ),
    importWim: async (file, facts, onProgress) => {
      const all = {
        ...facts,
        kind: 'wim' as const,
        boot: { kernel: null, initrd: null },
        images: await readWimImages(file),
      }
      return holds.during('change', `import of ${facts.name} ${facts.version}`, () =>
        importFiles(file, all, onProgress),
      )
    },
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
    exportMedia: async (manifestDigest, wish, iso, onProgress = () => {}) => {
      const stored = await manifest(manifestDigest)
      const { name, version } = stored.manifest
      return holds.during('change', `export of ${name} ${version}`, () =>
        exportMedia({ ...parts, blobs }, stored, wish, iso, onProgress),
      )
    },
    trustedKeys: () => keys.trusted(),
    garbage: createCollector({ blobs, index, content: contentOf, facts: parts.liveFacts, holds, sweep }),
    space: () => reportSpace({ blobs, index, content: contentOf }),
    scrub: (sources, bytesPerSecond, signal) =>
      scrub(
        { ...parts, blobs, sources, needed: () => neededBlobs(index, contentOf, parts.liveFacts) },
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
