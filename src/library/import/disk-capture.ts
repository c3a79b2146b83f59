import { AppError } from '../../core/errors.ts'
import { inParallel } from '../../core/in-parallel.ts'
import { digestOf } from '../../image/chunk-codec.ts'
import {
  type BootFacts,
  type Chunk,
  chunkRange,
  decodeManifest,
  encodeManifest,
  MAX_MANIFEST_BYTES,
  type Manifest,
  type Provenance,
} from '../../image/manifest.ts'
import { openChunk } from '../../image/open-chunk.ts'
import { contentKey, readBlob } from '../blobs/blobs.ts'
import { asFull } from '../full.ts'
import { DEFAULT_CHUNK_SIZE } from './importer.ts'
import { type ImportedVersion, type PublishParts, publishDisk } from './publish-disk.ts'

/** What is known of a captured disk when all of its chunks are there. `raws`: one raw digest a chunk, undefined for a hole. */
export type CapturedDisk = {
  name: string
  version: string
  createdAt: string
  bytes: number
  raws: readonly (string | undefined)[]
  boot: BootFacts
  parent: string | null
  provenance: Provenance
}

/** A disk that comes in chunk by chunk from somewhere else. Until `end` nothing is collected from the library. */
export type DiskCapture = {
  /** Bytes. */
  chunkSize: number
  /** Those of these raw digests whose chunks are known. */
  known(raws: readonly string[]): string[]
  /** Stores a chunk after both digests and `rawBytes` agreed. Throws image.chunk_corrupt, image.body_truncated, storage.full. */
  take(stored: Uint8Array<ArrayBuffer>, chunk: Chunk, rawBytes: number): Promise<void>
  /** Those of these raw digests whose chunks are not there, whatever is known of them. */
  missing(raws: readonly string[]): Promise<string[]>
  /** Keeps the disk's manifest, which nothing names yet. Answers with its digest. Throws image.malformed, image.exists. */
  draft(disk: CapturedDisk): Promise<string>
  /** The manifest that `draft` kept. Throws image.chunk_missing. */
  drafted(digest: string): Promise<Manifest>
  /** Makes a draft a signed version, unless it is one. Throws image.exists, image.chunk_missing, storage.full. */
  publish(digest: string): Promise<ImportedVersion>
  end(): Promise<void>
}

type Place = { chunk: Chunk; rawBytes: number }
type CaptureParts = PublishParts & { end(): Promise<void> }

const LOOKS_AT_ONCE = 16

/** Opens a capture over what the library has: `versions` are its disks. */
export function openDiskCapture(parts: CaptureParts, versions: readonly Manifest[]): DiskCapture {
  const { blobs, index } = parts
  const chunkSize = DEFAULT_CHUNK_SIZE
  const places = new Map<string, Place>()
  for (const manifest of versions)
    manifest.chunks.forEach((chunk, at) => {
      if (chunk) places.set(chunk.raw, { chunk, rawBytes: chunkRange(manifest, at).length })
    })
  const assertNew = async (name: string, version: string): Promise<void> => {
    if (!(await index.find(name, version))) return
    throw new AppError('image.exists', `expected a new version of ${name}, got ${version} which is there`)
  }
  const drafted = async (digest: string): Promise<Manifest> =>
    decodeManifest(await readBlob(blobs, contentKey(digest), MAX_MANIFEST_BYTES))
  return {
    chunkSize,
    known: (raws) => raws.filter((raw) => places.has(raw)),
    take: async (stored, chunk, rawBytes) => {
      await openChunk(stored, chunk, rawBytes)
      await roomy(blobs.put(contentKey(chunk.digest), stored))
      places.set(chunk.raw, { chunk, rawBytes })
    },
    missing: async (raws) => {
      const lacking: string[] = []
      await inParallel([...new Set(raws)], LOOKS_AT_ONCE, async (raw) => {
        const place = places.get(raw)
        const bytes = place && (await blobs.has(contentKey(place.chunk.digest)))
        if (place && bytes === place.chunk.length) return
        places.delete(raw)
        lacking.push(raw)
      })
      return lacking
    },
    draft: async ({ bytes: size, raws, ...disk }) => {
      await assertNew(disk.name, disk.version)
      const { name, version, createdAt, ...rest } = disk
      const chunks = raws.map((raw, at) => chunkAt(places, raw, chunkRange({ size, chunkSize }, at).length))
      const head = { format: 'slipway-image/1' as const, name, version, createdAt, size, chunkSize }
      const bytes = encodeManifest({ ...head, chunks, ...rest })
      const digest = digestOf(bytes)
      await roomy(blobs.put(contentKey(digest), bytes))
      return digest
    },
    drafted,
    publish: async (digest) => {
      const manifest = await drafted(digest)
      const row = await index.find(manifest.name, manifest.version)
      if (row?.manifestDigest === digest) return { digest, manifest, row }
      await assertNew(manifest.name, manifest.version)
      return roomy(publishDisk(parts, manifest, versions))
    },
    end: parts.end,
  }
}

/** Throws storage.full for what found no room. */
async function roomy<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw asFull(error) ?? error
  })
}

function chunkAt(places: ReadonlyMap<string, Place>, raw: string | undefined, length: number): Chunk | null {
  if (raw === undefined) return null
  const place = places.get(raw)
  if (place?.rawBytes === length) return place.chunk
  const got = place ? `one of ${place.rawBytes}` : 'none'
  throw new AppError('image.malformed', `expected a chunk of ${length} bytes with the raw digest ${raw}, got ${got}`)
}
