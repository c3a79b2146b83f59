import type { ContentKind } from './content-kind.ts'

/**
 * One version of an image in the library's index. Bytes: `size` of the raw disk or of all files, `storedBytes` of all its
 * chunks or distinct files, `ownBytes` of those that neither its parent nor an earlier version of its name has. `createdAt`:
 * ISO 8601.
 */
export type ImageVersion = {
  name: string
  version: string
  kind: ContentKind
  manifestDigest: string
  size: number
  storedBytes: number
  ownBytes: number
  createdAt: string
}
