import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { type BootFacts, encodeManifest, type Manifest, type Provenance } from '../../image/manifest.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Keyring } from '../keyring.ts'
import type { VersionIndex } from '../version-index.ts'
import { cutDisk, type Progress } from './cutter.ts'
import { chunksOf, type ImportedVersion, publishDisk } from './publish-disk.ts'
import { type DiskSource, openRawDisk, type RawDisk } from './raw-disk.ts'

/** What the caller says of a version; the rest of its manifest is read from the disk. */
export type VersionFacts = {
  name: string
  version: string
  boot: BootFacts
  parent: string | null
  provenance: Provenance
}

/** `chunkSize` in bytes (default 512 KiB), `timeoutMs` of a conversion (default one hour). */
export type ImportOptions = { chunkSize?: number; timeoutMs?: number; signal?: AbortSignal }

type ImporterParts = {
  folder: string
  blobs: Blobs
  index: VersionIndex
  keys: Keyring
  clock: Clock
  log: Log
  maxDiskBytes: number
  readManifest(digest: string): Promise<{ manifest: Manifest }>
}

type Importer = (
  source: DiskSource,
  facts: VersionFacts,
  onProgress?: Progress,
  options?: ImportOptions,
) => Promise<ImportedVersion>

/** Measured in docs/decisions/0002-chunk-size.md. */
export const DEFAULT_CHUNK_SIZE = 512 * 1024
const HOUR_MS = 60 * 60 * 1000

/** The pipeline from a disk file to a signed version. The row in the index is last: before it nothing is visible. */
export function createImporter(parts: ImporterParts): Importer {
  return async (source, facts, onProgress = () => {}, options = {}) => {
    if (await parts.index.find(facts.name, facts.version)) {
      throw new AppError('image.exists', `expected a new version of ${facts.name}, got ${facts.version} which is there`)
    }
    const relatives = await readRelatives(parts, facts)
    const limits = { maxDiskBytes: parts.maxDiskBytes, timeoutMs: options.timeoutMs ?? HOUR_MS }
    const disk = await openRawDisk(source, parts.folder, limits, options.signal)
    try {
      const manifest = await cut(parts, disk, facts, relatives, onProgress, options)
      await disk.stillSame()
      return await publishDisk(parts, manifest, relatives)
    } finally {
      await disk.release()
    }
  }
}

/** The parent and the earlier versions of the name: their chunks are not compressed again and are not the version's own. */
async function readRelatives(parts: ImporterParts, facts: VersionFacts): Promise<Manifest[]> {
  const parent = facts.parent ? [(await parts.readManifest(facts.parent)).manifest] : []
  const rows = (await parts.index.list()).filter(
    (row) => row.name === facts.name && row.manifestDigest !== facts.parent,
  )
  const earlier = rows.map(async (row) => {
    try {
      return [(await parts.readManifest(row.manifestDigest)).manifest]
    } catch (error) {
      // A broken older version must not stop a new one.
      parts.log.warn({ name: row.name, version: row.version, error }, 'earlier version not readable')
      return []
    }
  })
  return [...parent, ...(await Promise.all(earlier)).flat()]
}

async function cut(
  parts: ImporterParts,
  disk: RawDisk,
  facts: VersionFacts,
  relatives: Manifest[],
  onProgress: Progress,
  options: ImportOptions,
): Promise<Manifest> {
  const chunkSize = options.chunkSize ?? DEFAULT_CHUNK_SIZE
  const known = new Map(relatives.flatMap(chunksOf).map((chunk) => [chunk.raw, chunk]))
  const order = { file: disk.file, size: disk.size, chunkSize, known, signal: options.signal }
  const head = {
    format: 'slipway-image/1' as const,
    name: facts.name,
    version: facts.version,
    createdAt: new Date(parts.clock.now()).toISOString(),
    size: disk.size,
    chunkSize,
  }
  const tail = { boot: facts.boot, parent: facts.parent, provenance: facts.provenance }
  // An empty disk of the same shape, so that wrong facts are refused before minutes of work.
  encodeManifest({ ...head, chunks: new Array(Math.ceil(disk.size / chunkSize)).fill(null), ...tail })
  return { ...head, chunks: await cutDisk(parts.blobs, order, onProgress), ...tail }
}
