import type { ImageVersion } from '../domain/image-version.ts'

/** What the library needs of a database: names to manifests. `find` without a version gives the newest. */
export type VersionIndex = {
  /** Throws image.exists when the name has the version already. */
  add(row: ImageVersion): Promise<void>
  find(name: string, version?: string): Promise<ImageVersion | undefined>
  list(): Promise<ImageVersion[]>
}
