import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Manifest } from '../../image/manifest.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Content, Stored } from '../contents.ts'
import type { Keyring } from '../keyring.ts'
import type { VersionIndex } from '../version-index.ts'
import type { Progress } from './cutter.ts'
import { type DiskCapture, openDiskCapture } from './disk-capture.ts'
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

type VersionName = { name: string; version: string }

const ISO_TIMEOUT_MS = 60 * 60 * 1000

/** Every way into the library: from files of this host, and from a machine that is captured. */
export function createIntake(parts: IntakeParts) {
  const { folder, maxDiskBytes, change } = parts
  const importDisk = createImporter({ ...parts, readManifest: parts.manifest })
  const contentOf = async (digest: string): Promise<Content> => (await parts.content(digest)).manifest
  const importFiles = createFilesImporter({ ...parts, content: contentOf })
  const titled = (facts: VersionName): string => `import of ${facts.name} ${facts.version}`
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
    /** Opens a capture, during which nothing is collected. Throws library.busy. */
    openCapture: (facts: VersionName): Promise<DiskCapture> =>
      new Promise((opened, refused) => {
        const capturing = change(
          `capture of ${facts.name} ${facts.version}`,
          () =>
            new Promise<void>((ended, failed) => {
              const end = async (): Promise<void> => {
                ended()
                await capturing
              }
              readDisks(parts).then((versions) => opened(openDiskCapture({ ...parts, end }, versions)), failed)
            }),
        )
        capturing.catch(refused)
      }),
    importWim: (file: string, facts: NamedFacts, onProgress?: Progress) =>
      change(titled(facts), async () => {
        const boot = { kernel: null, initrd: null }
        return importFiles(file, { ...facts, kind: 'wim', boot, images: await readWimImages(file) }, onProgress)
      }),
  }
}

/** The manifests of all disks there are; one that can not be read must not stop a new one. */
async function readDisks({ index, manifest, log }: IntakeParts): Promise<Manifest[]> {
  const disks = (await index.list()).filter(({ kind }) => kind === 'disk')
  const read = await Promise.all(
    disks.map(async ({ name, version, manifestDigest }) => {
      try {
        return [(await manifest(manifestDigest)).manifest]
      } catch (error) {
        log.warn({ name, version, error }, 'version not readable')
        return []
      }
    }),
  )
  return read.flat()
}
