import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { basename, join, posix } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { inParallel } from '../../core/in-parallel.ts'
import type { Log } from '../../core/log.ts'
import type { FilesKind } from '../../domain/content-kind.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import { digestOf } from '../../image/chunk-codec.ts'
import { encodeFilesManifest, type FilesManifest, isPlainPath } from '../../image/files-manifest.ts'
import type { Provenance } from '../../image/manifest.ts'
import { encodeSignatures } from '../../image/signature.ts'
import { type Blobs, contentKey, signatureKey } from '../blobs/blobs.ts'
import { blobsOf, type Content } from '../contents.ts'
import type { Keyring } from '../keyring.ts'
import type { VersionIndex } from '../version-index.ts'
import type { Progress } from './cutter.ts'

/** What the caller says of a version of files. */
export type FilesFacts = {
  name: string
  version: string
  kind: FilesKind
  boot: FilesManifest['boot']
  images: FilesManifest['images']
  provenance: Provenance
}
export type ImportedFiles = { digest: string; manifest: FilesManifest; row: ImageVersion }
type FilesImporterParts = {
  blobs: Blobs
  index: VersionIndex
  keys: Keyring
  clock: Clock
  log: Log
  content(digest: string): Promise<Content>
}
type Link = FilesManifest['links'][number]
type FoundFile = { path: string; size: number; from: string }
type Found = { files: FoundFile[]; links: Link[] }

const FILES_AT_ONCE = 4

/** From a folder, or one file, to a signed version. The row in the index is last: before it nothing is visible. */
export function createFilesImporter(parts: FilesImporterParts) {
  return async (from: string, facts: FilesFacts, onProgress: Progress = () => {}): Promise<ImportedFiles> => {
    const { name, version, kind, boot, images, provenance } = facts
    if (await parts.index.find(name, version))
      throw new AppError('image.exists', `expected a new version of ${name}, got ${version} which is there`)
    const found = await findFiles(from)
    const createdAt = new Date(parts.clock.now()).toISOString()
    const head = { format: 'slipway-files/1' as const, kind, name, version, createdAt }
    const tail = { links: found.links, boot, images, provenance }
    const unread = found.files.map(({ path, size }) => ({ path, size, digest: '0'.repeat(64) }))
    // Judged before minutes of work.
    encodeFilesManifest({ ...head, files: unread, ...tail })
    const files = await takeFiles(parts.blobs, found.files, onProgress)
    return publish(parts, { ...head, files, ...tail })
  }
}

/** Every file below a folder by its path, or the one file by its name; a link must mean something below it. Throws image.malformed on what else there is. */
async function findFiles(root: string): Promise<Found> {
  const whole = await lstat(root)
  if (whole.isFile()) return { files: [{ path: basename(root), size: whole.size, from: root }], links: [] }
  const found: Found = { files: [], links: [] }
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(join(root, below), { withFileTypes: true })
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = posix.join(below, entry.name)
      if (entry.isDirectory()) await walk(path)
      else if (entry.isSymbolicLink()) found.links.push(await readPlainLink(root, path))
      else if (entry.isFile())
        found.files.push({ path, size: (await lstat(join(root, path))).size, from: join(root, path) })
      else throw new AppError('image.malformed', `expected files, folders and links, got something else at ${path}`)
    }
  }
  await walk('')
  return found
}

async function readPlainLink(root: string, path: string): Promise<Link> {
  const said = await readlink(join(root, path))
  const target = posix.join(posix.dirname(path), said).replace(/\/$/, '')
  const isInside = !said.startsWith('/') && (target === '.' || isPlainPath(target))
  if (!isInside) throw new AppError('image.malformed', `expected a link to something beside it, got ${path} to ${said}`)
  return { path, target }
}

async function takeFiles(blobs: Blobs, found: FoundFile[], onProgress: Progress) {
  const total = found.reduce((sum, { size }) => sum + size, 0)
  const files = new Array<FilesManifest['files'][number]>(found.length)
  let done = 0
  await inParallel(found, FILES_AT_ONCE, async ({ path, size, from }, index) => {
    const taken = await blobs.take(createReadStream(from, { highWaterMark: 1 << 20 }))
    if (taken.size !== size)
      throw new AppError('image.malformed', `expected ${path} to stay as it is while it is imported, got a change`)
    files[index] = { path, size, digest: taken.digest }
    done += size
    onProgress(done, total)
  })
  return files
}

async function publish(parts: FilesImporterParts, manifest: FilesManifest): Promise<ImportedFiles> {
  const { blobs, index, keys, log } = parts
  const bytes = encodeFilesManifest(manifest)
  const digest = digestOf(bytes)
  await blobs.put(signatureKey(digest), encodeSignatures([await keys.sign(bytes)]))
  await blobs.put(contentKey(digest), bytes)
  const needed = blobsOf(manifest)
  const earlier = new Set<string>()
  for (const other of (await index.list()).filter(({ name }) => name === manifest.name))
    for (const blob of blobsOf(await parts.content(other.manifestDigest))) earlier.add(blob.digest)
  const sum = (all: readonly { length: number }[]): number => all.reduce((total, { length }) => total + length, 0)
  const row: ImageVersion = {
    ...{ name: manifest.name, version: manifest.version, kind: manifest.kind, manifestDigest: digest },
    size: manifest.files.reduce((total, file) => total + file.size, 0),
    storedBytes: sum(needed),
    ownBytes: sum(needed.filter((blob) => !earlier.has(blob.digest))),
    createdAt: manifest.createdAt,
  }
  await index.add(row)
  log.info({ ...row }, 'image version stored')
  return { digest, manifest, row }
}
