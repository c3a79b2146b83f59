import { AppError } from '../../core/errors.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import { type Blobs, contentKey, signatureKey } from '../blobs/blobs.ts'
import { blobsOf, type Content, type Stored } from '../contents.ts'
import type { Progress } from '../import/cutter.ts'
import type { Keyring } from '../keyring.ts'
import type { KeptStatement } from '../life/lifecycle-records.ts'
import type { VersionIndex } from '../version-index.ts'
import { readArchive } from './read-archive.ts'
import { type WrittenArchive, writeArchive } from './write-archive.ts'

export type ImportedArchive = { row: ImageVersion; statements: KeptStatement[] }
export type Archives = ReturnType<typeof createArchives>
type ArchiveParts = {
  blobs: Blobs
  index: VersionIndex
  keys: Keyring
  content(digest: string): Promise<Stored<Content>>
}

/** Whole versions as single files, for another appliance or for the shelf. */
export function createArchives({ blobs, index, keys, content }: ArchiveParts) {
  return {
    write: async (
      digest: string,
      statements: readonly KeptStatement[],
      path: string,
      onProgress: Progress = () => {},
    ): Promise<WrittenArchive> => writeArchive(blobs, await content(digest), statements, path, onProgress),
    /** The row in the index is last. Throws image.exists when another version has the name, and what reading throws. */
    take: async (path: string, onProgress: Progress = () => {}): Promise<ImportedArchive> => {
      const read = await readArchive(path, blobs, await keys.trusted(), onProgress)
      await blobs.put(signatureKey(read.manifestDigest), read.signatures)
      await blobs.put(contentKey(read.manifestDigest), read.manifest)
      const row = rowOf(read.content, read.manifestDigest)
      const known = await index.find(row.name, row.version)
      if (known && known.manifestDigest !== row.manifestDigest) {
        const what = `${row.name} ${row.version}, which is there with manifest ${known.manifestDigest}`
        throw new AppError('image.exists', `expected a new version, got ${what}`)
      }
      if (!known) await index.add(row)
      return { row, statements: read.statements }
    },
  }
}

/** How a version that came from elsewhere stands in the index; nothing of it is counted as shared. */
export function rowOf(content: Content, manifestDigest: string): ImageVersion {
  const isDisk = content.format === 'slipway-image/1'
  const storedBytes = blobsOf(content).reduce((sum, { length }) => sum + length, 0)
  return {
    ...{ name: content.name, version: content.version, kind: isDisk ? 'disk' : content.kind, manifestDigest },
    size: isDisk ? content.size : content.files.reduce((sum, file) => sum + file.size, 0),
    ...{ storedBytes, ownBytes: storedBytes, createdAt: content.createdAt },
  }
}
