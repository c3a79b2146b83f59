/**
 * One version of an image. Bytes: `size` of the raw disk, `storedBytes` of all its chunks, `ownBytes` of those that
 * neither its parent nor an earlier version of its name has. `createdAt`: ISO 8601.
 */
export type VersionRow = {
  name: string
  version: string
  manifestDigest: string
  size: number
  storedBytes: number
  ownBytes: number
  createdAt: string
}

/** What the library needs of a database: names to manifests. `find` without a version gives the newest. */
export type VersionIndex = {
  /** Throws image.exists when the name has the version already. */
  add(row: VersionRow): Promise<void>
  find(name: string, version?: string): Promise<VersionRow | undefined>
  list(): Promise<VersionRow[]>
}
