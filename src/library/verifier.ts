import { createHash } from 'node:crypto'
import { AppError } from '../core/errors.ts'
import { inParallel } from '../core/in-parallel.ts'
import { type Chunk, chunkRange } from '../image/manifest.ts'
import { openChunk } from '../image/open-chunk.ts'
import { type Blobs, contentKey, readBlob } from './blobs/blobs.ts'
import type { Content } from './contents.ts'
import type { Progress } from './import/cutter.ts'

const BLOBS_AT_ONCE = 8

/** One chunk or file that is not as the manifest says; `index` of its first place there. */
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

/** Looks at every blob of a version once, several at a time: that it is there with its length, or (`deep`) at all of its bytes. */
export async function findFaults(
  blobs: Blobs,
  content: Content,
  deep: boolean,
  onProgress: Progress = () => {},
): Promise<Pick<VerifyReport, 'chunks' | 'bytes' | 'faults'>> {
  const places = firstPlaces(content)
  const total = places.reduce((sum, { length }) => sum + length, 0)
  const faults: ChunkFault[] = []
  let bytes = 0
  await inParallel(places, BLOBS_AT_ONCE, async (place) => {
    try {
      await checkPresence(blobs, place)
      if (deep) await checkBytes(blobs, place)
    } catch (error) {
      faults.push(faultOf(error, place))
    }
    bytes += place.length
    onProgress(bytes, total)
  })
  return { chunks: places.length, bytes, faults: faults.sort((one, other) => one.index - other.index) }
}

/** A distinct blob at its first place; a disk's chunk with its raw length, a file without. */
type BlobPlace = { index: number; digest: string; length: number; chunk?: { facts: Chunk; rawLength: number } }

function firstPlaces(content: Content): BlobPlace[] {
  const places = new Map<string, BlobPlace>()
  const add = (place: BlobPlace): void => void (places.has(place.digest) || places.set(place.digest, place))
  if (content.format === 'slipway-files/1')
    content.files.forEach(({ digest, size }, index) => void add({ index, digest, length: size }))
  else
    content.chunks.forEach((facts, index) => {
      const chunk = facts && { facts, rawLength: chunkRange(content, index).length }
      if (chunk) add({ index, digest: facts.digest, length: facts.length, chunk })
    })
  return [...places.values()]
}

async function checkPresence(blobs: Blobs, { digest, length }: BlobPlace): Promise<void> {
  const size = await blobs.has(contentKey(digest))
  if (size === undefined) throw new AppError('image.chunk_missing', `expected chunk ${digest}, got none`)
  if (size === length) return
  const code = size < length ? 'image.body_truncated' : 'image.chunk_corrupt'
  throw new AppError(code, `chunk ${digest}: expected ${length} stored bytes, got ${size}`)
}

async function checkBytes(blobs: Blobs, { digest, length, chunk }: BlobPlace): Promise<void> {
  if (chunk) {
    await openChunk(await readBlob(blobs, contentKey(digest), length), chunk.facts, chunk.rawLength)
    return
  }
  const hash = createHash('sha256')
  for await (const part of (await blobs.open(contentKey(digest))).stream) hash.update(part)
  const got = hash.digest('hex')
  if (got !== digest) throw new AppError('image.chunk_corrupt', `file ${digest}: expected its own digest, got ${got}`)
}

const PROBLEMS = {
  'image.chunk_missing': 'missing',
  'image.body_truncated': 'truncated',
  'image.chunk_corrupt': 'corrupt',
} as const

function faultOf(error: unknown, { index, digest }: BlobPlace): ChunkFault {
  if (!(error instanceof AppError) || !(error.code in PROBLEMS)) throw error
  const problem = PROBLEMS[error.code as keyof typeof PROBLEMS]
  return { index, digest, problem, message: `chunk at index ${index}: ${error.message}` }
}
