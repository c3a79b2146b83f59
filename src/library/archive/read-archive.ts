import { createReadStream } from 'node:fs'
import { type Entry, extract } from 'tar-stream'
import { AppError } from '../../core/errors.ts'
import { digestOf } from '../../image/chunk-codec.ts'
import { MAX_MANIFEST_BYTES, readManifestJson } from '../../image/manifest.ts'
import { decodeSignatures, type TrustedKey, verifyManifest } from '../../image/signature.ts'
import { type Blobs, contentKey } from '../blobs/blobs.ts'
import { blobsOf, type Content, parseContent } from '../contents.ts'
import type { Progress } from '../import/cutter.ts'
import type { KeptStatement } from '../life/lifecycle-records.ts'
import { ARCHIVE_HEAD, decodeStatements, MAX_STATEMENTS_BYTES } from './archive-format.ts'

/** What an archive brought: its blobs are in the library; manifest and signatures are for the caller to keep. */
export type ReadArchive = {
  content: Content
  manifestDigest: string
  manifest: Uint8Array
  signatures: Uint8Array
  statements: KeptStatement[]
}

const MOST_BYTES: Readonly<Record<(typeof ARCHIVE_HEAD)[number], number>> = {
  'manifest.json': MAX_MANIFEST_BYTES,
  'signatures.json': 65_536,
  'statements.json': MAX_STATEMENTS_BYTES,
}

/**
 * Takes an archive's blobs into the library. Nothing of it is a path: an entry is what the manifest, once its signature was
 * judged, says must come, or the archive is refused. Throws image.malformed, image.signature, image.body_truncated,
 * image.chunk_corrupt.
 */
export async function readArchive(
  path: string,
  blobs: Blobs,
  trusted: TrustedKey[],
  onProgress: Progress,
): Promise<ReadArchive> {
  const tar = extract()
  const file = createReadStream(path, { highWaterMark: 1 << 20 })
  file.on('error', (error) => tar.destroy(error))
  file.pipe(tar)
  try {
    return await takeEntries(tar[Symbol.asyncIterator]() as AsyncIterator<Entry>, blobs, trusted, onProgress)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('image.malformed', `expected a slipway-archive/1 file, got: ${error}`, {}, error)
  } finally {
    file.destroy()
  }
}

async function takeEntries(
  entries: AsyncIterator<Entry>,
  blobs: Blobs,
  trusted: TrustedKey[],
  onProgress: Progress,
): Promise<ReadArchive> {
  const head: Uint8Array[] = []
  for (const name of ARCHIVE_HEAD) head.push(await readHead(await nextEntry(entries, name), name))
  const [manifest, signatures, statements] = head as [Uint8Array, Uint8Array, Uint8Array]
  verifyManifest(manifest, decodeSignatures(signatures), trusted)
  const content = parseContent(readManifestJson(manifest))
  const needed = blobsOf(content)
  const total = needed.reduce((sum, { length }) => sum + length, 0)
  let done = 0
  for (const { digest, length } of needed) {
    const entry = await nextEntry(entries, contentKey(digest))
    if (entry.header.size !== length)
      throw new AppError('image.malformed', `${digest}: expected ${length} bytes, got ${entry.header.size}`)
    await blobs.take(entry, digest)
    done += length
    onProgress(done, total)
  }
  const more = await entries.next()
  if (!more.done) throw unexpected('the end', more.value.header.name)
  const statementsSaid = decodeStatements(statements)
  return { content, manifestDigest: digestOf(manifest), manifest, signatures, statements: statementsSaid }
}

async function nextEntry(entries: AsyncIterator<Entry>, name: string): Promise<Entry> {
  const { value, done } = await entries.next()
  if (done) throw new AppError('image.body_truncated', `expected ${name} in the archive, got its end`)
  const entry: Entry = value
  if (entry.header.name !== name || entry.header.type !== 'file')
    throw unexpected(name, `${entry.header.name} (${entry.header.type})`)
  return entry
}

async function readHead(entry: Entry, name: (typeof ARCHIVE_HEAD)[number]): Promise<Uint8Array> {
  const { size = 0 } = entry.header
  if (size > MOST_BYTES[name])
    throw new AppError('image.malformed', `expected ${name} of at most ${MOST_BYTES[name]} bytes, got ${size}`)
  const parts: Buffer[] = []
  for await (const part of entry) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const unexpected = (expected: string, got: string): AppError =>
  new AppError('image.malformed', `expected ${expected} next in the archive, got ${JSON.stringify(got.slice(0, 200))}`)
