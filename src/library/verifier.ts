import { AppError } from '../core/errors.ts'
import { checkStored, decompressChunk, storedBound } from '../image/chunk-codec.ts'
import { type Chunk, chunkRange, type Manifest } from '../image/manifest.ts'
import { type Blobs, contentKey, readBlob } from './blobs/blobs.ts'
import type { Progress } from './import/cutter.ts'

/** One chunk that is not as the manifest says; `index` of its first place in the disk. */
export type ChunkFault = {
  index: number
  digest: string
  problem: 'missing' | 'truncated' | 'corrupt'
  message: string
}

/** What a verification saw: distinct chunks looked at and their stored bytes. */
export type VerifyReport = {
  manifestDigest: string
  signedBy: string
  chunks: number
  bytes: number
  faults: ChunkFault[]
}

/** Looks at every chunk of a manifest once: that it is there with its length, or (`deep`) at all of its bytes. */
export async function findFaults(
  blobs: Blobs,
  manifest: Manifest,
  deep: boolean,
  onProgress: Progress = () => {},
): Promise<Pick<VerifyReport, 'chunks' | 'bytes' | 'faults'>> {
  const places = firstPlaces(manifest)
  const total = [...places.values()].reduce((sum, { chunk }) => sum + chunk.length, 0)
  const faults: ChunkFault[] = []
  let bytes = 0
  for (const { index, chunk } of places.values()) {
    try {
      await (deep ? checkBytes(blobs, chunk, chunkRange(manifest, index).length) : checkPresence(blobs, chunk))
    } catch (error) {
      faults.push(faultOf(error, index, chunk))
    }
    bytes += chunk.length
    onProgress(bytes, total)
  }
  return { chunks: places.size, bytes, faults }
}

function firstPlaces(manifest: Manifest): Map<string, { index: number; chunk: Chunk }> {
  const places = new Map<string, { index: number; chunk: Chunk }>()
  manifest.chunks.forEach((chunk, index) => {
    if (chunk && !places.has(chunk.digest)) places.set(chunk.digest, { index, chunk })
  })
  return places
}

async function checkPresence(blobs: Blobs, chunk: Chunk): Promise<void> {
  const size = await blobs.has(contentKey(chunk.digest))
  if (size === undefined) throw new AppError('image.chunk_missing', `expected chunk ${chunk.digest}, got none`)
  if (size === chunk.length) return
  const code = size < chunk.length ? 'image.body_truncated' : 'image.chunk_corrupt'
  throw new AppError(code, `chunk ${chunk.digest}: expected ${chunk.length} stored bytes, got ${size}`)
}

async function checkBytes(blobs: Blobs, chunk: Chunk, rawLength: number): Promise<void> {
  await checkPresence(blobs, chunk)
  const stored = await readBlob(blobs, contentKey(chunk.digest), storedBound(rawLength))
  checkStored(stored, chunk)
  decompressChunk(stored, chunk, rawLength)
}

const PROBLEMS = {
  'image.chunk_missing': 'missing',
  'image.body_truncated': 'truncated',
  'image.chunk_corrupt': 'corrupt',
} as const

function faultOf(error: unknown, index: number, chunk: Chunk): ChunkFault {
  if (!(error instanceof AppError) || !(error.code in PROBLEMS)) throw error
  const problem = PROBLEMS[error.code as keyof typeof PROBLEMS]
  return { index, digest: chunk.digest, problem, message: `chunk at index ${index}: ${error.message}` }
}
