import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { type Pack, pack } from 'tar-stream'
import { AppError } from '../../core/errors.ts'
import { uuidV7 } from '../../core/ids.ts'
import { encodeSignatures } from '../../image/signature.ts'
import { type Blobs, contentKey } from '../blobs/blobs.ts'
import { blobsOf, type Content, type Stored } from '../contents.ts'
import type { Progress } from '../import/cutter.ts'
import type { KeptStatement } from '../life/lifecycle-records.ts'
import { ARCHIVE_HEAD, encodeStatements } from './archive-format.ts'

/** A written archive: its length in bytes and the SHA-256 of all of it. */
export type WrittenArchive = { bytes: number; sha256: string }

/** Writes all of a version into one new file, whole or not at all. Throws image.chunk_missing, image.chunk_corrupt; what is there already stays. */
export async function writeArchive(
  blobs: Blobs,
  stored: Stored<Content>,
  statements: readonly KeptStatement[],
  path: string,
  onProgress: Progress,
): Promise<WrittenArchive> {
  const temporary = `${path}.${uuidV7(Date.now())}`
  const file = await open(temporary, 'wx')
  try {
    const hash = createHash('sha256')
    let bytes = 0
    const tar = pack()
    const filled = fill(tar, blobs, stored, statements, onProgress)
    // Its failure destroys the tar, which ends the loop below with the same error.
    filled.catch((error: Error) => tar.destroy(error))
    for await (const part of tar) {
      hash.update(part as Buffer)
      bytes += (part as Buffer).length
      await file.writeFile(part as Buffer)
    }
    await filled
    await file.sync()
    await rename(temporary, path)
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    await file.close()
    await rm(temporary, { force: true })
  }
}

async function fill(
  tar: Pack,
  blobs: Blobs,
  { bytes, signatures, manifest }: Stored<Content>,
  statements: readonly KeptStatement[],
  onProgress: Progress,
): Promise<void> {
  const head = [bytes, encodeSignatures(signatures.signatures), encodeStatements(statements)]
  for (const [at, name] of ARCHIVE_HEAD.entries()) await addBytes(tar, name, head[at]!)
  const needed = blobsOf(manifest)
  const total = needed.reduce((sum, { length }) => sum + length, 0)
  let done = 0
  for (const { digest, length } of needed) {
    const blob = await blobs.open(contentKey(digest))
    if (blob.size !== length) {
      blob.stream.destroy()
      throw new AppError('image.chunk_corrupt', `${digest}: expected ${length} stored bytes, got ${blob.size}`)
    }
    const entry = tar.entry({ name: contentKey(digest), size: length })
    entry.on('error', (error) => tar.destroy(error))
    for await (const part of blob.stream) if (!entry.write(part)) await drained(entry)
    entry.end()
    done += length
    onProgress(done, total)
  }
  tar.finalize()
}

const drained = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve) => void stream.once('drain', resolve))

const addBytes = (tar: Pack, name: string, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    tar.entry({ name, size: bytes.length }, Buffer.from(bytes), (error) => (error ? reject(error) : resolve()))
  })
