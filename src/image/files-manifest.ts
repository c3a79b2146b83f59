import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { CONTENT_KINDS, type FilesKind } from '../domain/content-kind.ts'
import { digest as hex, label, MAX_MANIFEST_BYTES, provenance } from './manifest.ts'

const MOST_FILES = 500_000

/** A path below the root of the files: no step up, no empty or hidden step, nothing that a shell or a URL would bend. */
const path = z.string().min(1).max(1024).refine(isPlainPath, 'expected a relative path of plain names')

const schema = z.strictObject({
  format: z.literal('slipway-files/1'),
  kind: z.enum(Object.keys(CONTENT_KINDS).filter((kind) => kind !== 'disk') as [FilesKind, ...FilesKind[]]),
  name: label,
  version: label,
  createdAt: z.iso.datetime(),
  files: z
    .array(z.strictObject({ path, size: z.int().min(0), digest: hex }))
    .min(1)
    .max(MOST_FILES),
  links: z.array(z.strictObject({ path, target: z.union([path, z.literal('.')]) })).max(MOST_FILES),
  boot: z.strictObject({ kernel: path.nullable(), initrd: path.nullable() }),
  images: z.array(z.strictObject({ index: z.int().min(1), name: z.string().max(256) })).max(256),
  provenance,
})

/**
 * One version of files, as docs/image-format.md tells it. `links`: names that mean another file or folder of the version.
 * `boot`: which files an installer starts with. `images`: what a WIM holds. Sizes in bytes.
 */
export type FilesManifest = z.infer<typeof schema>

/** The bytes that are stored, addressed and signed. Throws image.malformed. */
export function encodeFilesManifest(manifest: FilesManifest): Uint8Array {
  const bytes = new TextEncoder().encode(`${JSON.stringify(parseFilesManifest(manifest))}\n`)
  if (bytes.length <= MAX_MANIFEST_BYTES) return bytes
  throw new AppError('image.malformed', `expected at most ${MAX_MANIFEST_BYTES} bytes of manifest, got ${bytes.length}`)
}

/** Judges what JSON said. Throws image.malformed. */
export function parseFilesManifest(value: unknown): FilesManifest {
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const where = `${issue.path.join('.') || 'the whole'}: ${issue.message}`
    throw new AppError('image.malformed', `expected a slipway-files/1 manifest, got one wrong at ${where}`)
  }
  const names = [...parsed.data.files, ...parsed.data.links].map((entry) => entry.path)
  if (new Set(names).size === names.length) return parsed.data
  throw new AppError('image.malformed', 'expected every path once in a slipway-files/1 manifest, got one twice')
}

/** True for a relative path that stays below its root by its text alone. */
export function isPlainPath(text: string): boolean {
  const isPlain = (step: string): boolean => step !== '' && step !== '.' && step !== '..' && !/[\p{Cc}\\]/u.test(step)
  return text.split('/').every(isPlain)
}
