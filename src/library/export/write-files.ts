import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../core/errors.ts'
import { inParallel } from '../../core/in-parallel.ts'
import type { FilesManifest } from '../../image/files-manifest.ts'
import { type Blobs, contentKey } from '../blobs/blobs.ts'

const FILES_AT_ONCE = 4

type Entry = FilesManifest['files'][number]

/**
 * Writes the files and links of a version into a new folder: all, or those of `paths`. Every file is judged while it is
 * written. Throws image.chunk_missing, image.chunk_corrupt, image.malformed for a path that is none of its files.
 */
export async function writeFiles(
  blobs: Blobs,
  manifest: FilesManifest,
  folder: string,
  paths?: readonly string[],
): Promise<void> {
  const unknown = paths?.find((path) => !manifest.files.some((file) => file.path === path))
  if (unknown !== undefined)
    throw new AppError(
      'image.malformed',
      `expected ${unknown} in ${manifest.name} ${manifest.version}, got no such file`,
    )
  await mkdir(folder)
  const wanted = paths ? manifest.files.filter(({ path }) => paths.includes(path)) : manifest.files
  await inParallel(wanted, FILES_AT_ONCE, (file) => writeFile(blobs, file, join(folder, file.path)))
  for (const { path, target } of paths ? [] : manifest.links) {
    await mkdir(join(folder, posix.dirname(path)), { recursive: true })
    await symlink(posix.relative(posix.dirname(path), target) || '.', join(folder, path))
  }
}

async function writeFile(blobs: Blobs, { path, digest }: Entry, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const { stream } = await blobs.open(contentKey(digest))
  const hash = createHash('sha256')
  await pipeline(stream, (bytes: Readable) => hashed(bytes, hash), createWriteStream(target, { flags: 'wx' }))
  const got = hash.digest('hex')
  if (got !== digest) throw new AppError('image.chunk_corrupt', `file ${path}: expected digest ${digest}, got ${got}`)
}

async function* hashed(bytes: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const part of bytes) {
    hash.update(part)
    yield part
  }
}
