import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { storedBound } from './chunk-codec.ts'

const KIB = 1024
/** Most bytes that an encoded manifest may have; a reader refuses more before it parses. */
export const MAX_MANIFEST_BYTES = 384 * KIB * KIB
/** Most chunks of one disk: 1 TiB at 512 KiB. */
export const MAX_CHUNKS = 2 ** 21

/** A SHA-256 in a manifest. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')
/** A name or a version in a manifest. */
export const label = z.string().regex(/^[a-z0-9][a-z0-9._+~-]{0,63}$/, 'expected 1 to 64 of a-z 0-9 . _ + ~ -')
const chunkSize = z
  .int()
  .refine((value) => Number.isInteger(Math.log2(value)) && value >= 64 * KIB && value <= 4096 * KIB, {
    error: 'expected a power of two from 65536 to 4194304',
  })

const chunk = z.strictObject({ digest, length: z.int().min(1), raw: digest })

/** What a manifest says of a disk's boot. */
export const bootFacts = z.strictObject({
  firmware: z.array(z.enum(['bios', 'uefi'])).max(2),
  rootPartition: z.int().min(1).max(128).nullable(),
  fileSystem: z.literal('ext4').nullable(),
  kernel: z.string().min(1).max(128).nullable(),
  seed: z.enum(['systemd', 'nocloud', 'none']),
  banners: z.array(z.strictObject({ port: z.int().min(1).max(65535), expect: z.string().min(1).max(256) })).max(64),
  settings: z
    .array(z.strictObject({ id: label, expect: z.string().min(1).max(256) }))
    .max(256)
    .optional(),
})

/** Where a version comes from, as a manifest says it. */
export const provenance = z.strictObject({
  recipe: z.string().max(256).nullable(),
  recipeDigest: digest.nullable(),
  packages: z.array(z.string().min(1).max(256)).max(50_000),
  tool: z.string().min(1).max(256),
})

const schema = z.strictObject({
  format: z.literal('slipway-image/1'),
  name: label,
  version: label,
  createdAt: z.iso.datetime(),
  size: z.int().min(512).multipleOf(512),
  chunkSize,
  chunks: z.array(chunk.nullable()).min(1).max(MAX_CHUNKS),
  boot: bootFacts,
  parent: digest.nullable(),
  provenance,
})

/** One version of a disk image, as docs/image-format.md tells it. Sizes and lengths in bytes. */
export type Manifest = z.infer<typeof schema>
/** A chunk that has bytes: digest and length of what is stored, digest of the raw bytes. */
export type Chunk = z.infer<typeof chunk>
/** What a machine must know to boot the disk and what it must show after boot. */
export type BootFacts = z.infer<typeof bootFacts>
/** The facts of a disk that nobody told anything about. */
export const NOTHING_TOLD: BootFacts = {
  ...{ firmware: [], rootPartition: null, fileSystem: null, kernel: null },
  ...{ seed: 'none', banners: [] },
}
/** Where a version comes from. */
export type Provenance = z.infer<typeof provenance>

/** The bytes that are stored, addressed and signed. Throws image.malformed on a manifest that breaks the format. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const bytes = new TextEncoder().encode(`${JSON.stringify(parseManifest(manifest))}\n`)
  checkLength(bytes)
  return bytes
}

/** Reads a disk's manifest. Throws image.malformed. The signature is judged apart, before. */
export const decodeManifest = (bytes: Uint8Array): Manifest => parseManifest(readManifestJson(bytes))

/** What a manifest's bytes say as JSON, whichever format it has. Throws image.malformed. */
export function readManifestJson(bytes: Uint8Array): unknown {
  checkLength(bytes)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error)
    throw new AppError('image.malformed', `expected a manifest in JSON, got: ${got}`, {}, error)
  }
}

/** Place of one chunk in the raw disk, in bytes. Only the last chunk may be short. */
export function chunkRange(
  disk: Pick<Manifest, 'size' | 'chunkSize'>,
  index: number,
): { offset: number; length: number } {
  const offset = index * disk.chunkSize
  return { offset, length: Math.min(disk.chunkSize, disk.size - offset) }
}

/** Bytes of all distinct stored chunks: what the version takes in a library that has no other. */
export function storedBytesOf(manifest: Manifest): number {
  const lengths = new Map(manifest.chunks.flatMap((entry) => (entry ? [[entry.digest, entry.length] as const] : [])))
  return [...lengths.values()].reduce((sum, length) => sum + length, 0)
}

/** Judges what JSON said. Throws image.malformed. */
export function parseManifest(value: unknown): Manifest {
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const where = issue.path.join('.') || 'the whole'
    throw new AppError(
      'image.malformed',
      `expected a slipway-image/1 manifest, got one wrong at ${where}: ${issue.message}`,
    )
  }
  checkChunks(parsed.data)
  return parsed.data
}

function checkChunks(manifest: Manifest): void {
  const expected = Math.ceil(manifest.size / manifest.chunkSize)
  if (manifest.chunks.length !== expected) {
    throw new AppError('image.malformed', `expected ${expected} chunks for the size, got ${manifest.chunks.length}`)
  }
  manifest.chunks.forEach((entry, index) => {
    const bound = storedBound(chunkRange(manifest, index).length)
    if (entry && entry.length > bound) {
      throw new AppError('image.malformed', `expected chunk ${index} of at most ${bound} bytes, got ${entry.length}`)
    }
  })
}

function checkLength(bytes: Uint8Array): void {
  if (bytes.length <= MAX_MANIFEST_BYTES) return
  throw new AppError(
    'image.malformed',
    `expected a manifest of at most ${MAX_MANIFEST_BYTES} bytes, got ${bytes.length}`,
  )
}
