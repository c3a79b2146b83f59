import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Manifest } from '../../image/manifest.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Content, Stored } from '../contents.ts'
import type { Keyring } from '../keyring.ts'
import type { VersionIndex } from '../version-index.ts'
import type { Progress } from './cutter.ts'
import { createFilesImporter, type FilesFacts } from './files-importer.ts'
import { createImporter, type ImportOptions, type VersionFacts } from './importer.ts'
import { findBootFiles, withIsoTree } from './installer-tree.ts'
import type { DiskSource } from './raw-disk.ts'
import { readWimImages } from './wim-images.ts'

/** What is said of files whose kind says the rest. */
export type NamedFacts = Pick<FilesFacts, 'name' | 'version' | 'provenance'>

type IntakeParts = {
  folder: string
  blobs: Blobs
  index: VersionIndex
  keys: Keyring
  clock: Clock
  log: Log
  maxDiskBytes: number
  content(digest: string): Promise<Stored<Content>>
  manifest(digest: string): Promise<Stored<Manifest>>
  /** Does work that brings blobs in which nothing names yet. */
  change<T>(says: string, work: () => Promise<T>): Promise<T>
}

const ISO_TIMEOUT_MS = 60 * 60 * 1000

/** Every way into the library from files of this host. */
export function createIntake(parts: IntakeParts) {
  const { folder, maxDiskBytes, change } = parts
  const importDisk = createImporter({ ...parts, readManifest: parts.manifest })
  const contentOf = async (digest: string): Promise<Content> => (await parts.content(digest)).manifest
  const importFiles = createFilesImporter({ ...parts, content: contentOf })
  const titled = ({ name, version }: { name: string; version: string }): string => `import of ${name} ${version}`
  return {
    importDisk: (source: DiskSource, facts: VersionFacts, onProgress?: Progress, options?: ImportOptions) =>
      change(titled(facts), () => importDisk(source, facts, onProgress, options)),
    importFiles: (from: string, facts: FilesFacts, onProgress?: Progress) =>
      change(titled(facts), () => importFiles(from, facts, onProgress)),
    importIso: (iso: string, facts: NamedFacts, onProgress?: Progress) =>
      change(titled(facts), () =>
        withIsoTree(iso, folder, { maxDiskBytes, timeoutMs: ISO_TIMEOUT_MS }, async (tree) =>
          importFiles(tree, { ...facts, kind: 'installer', boot: await findBootFiles(tree), images: [] }, onProgress),
        ),
      ),
    importWim: (file: string, facts: NamedFacts, onProgress?: Progress) =>
      change(titled(facts), async () => {
        const boot = { kernel: null, initrd: null }
        return importFiles(file, { ...facts, kind: 'wim', boot, images: await readWimImages(file) }, onProgress)
      }),
  }
}
