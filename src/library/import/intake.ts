import type { Blobs } from '../blobs/blobs.ts'
import type { Content, Stored } from '../contents.ts'
import type { Library, LibraryParts } from '../library.ts'
import { createFilesImporter } from './files-importer.ts'
import { createImporter } from './importer.ts'
import { findBootFiles, withIsoTree } from './installer-tree.ts'
import { readWimImages } from './wim-images.ts'

type IntakeParts = LibraryParts & {
  blobs: Blobs
  maxDiskBytes: number
  content(digest: string): Promise<Stored<Content>>
  manifest: Library['manifest']
  /** Does work that brings blobs in which nothing names yet. */
  change<T>(says: string, work: () => Promise<T>): Promise<T>
}

const ISO_TIMEOUT_MS = 60 * 60 * 1000

/** Every way into the library from files of this host. */
export function createIntake(
  parts: IntakeParts,
): Pick<Library, 'importDisk' | 'importFiles' | 'importIso' | 'importWim'> {
  const { folder, maxDiskBytes, change } = parts
  const importDisk = createImporter({ ...parts, readManifest: parts.manifest })
  const contentOf = async (digest: string): Promise<Content> => (await parts.content(digest)).manifest
  const importFiles = createFilesImporter({ ...parts, content: contentOf })
  const titled = ({ name, version }: { name: string; version: string }): string => `import of ${name} ${version}`
  return {
    importDisk: (source, facts, onProgress, options) =>
      change(titled(facts), () => importDisk(source, facts, onProgress, options)),
    importFiles: (from, facts, onProgress) => change(titled(facts), () => importFiles(from, facts, onProgress)),
    importIso: (iso, facts, onProgress) =>
      change(titled(facts), () =>
        withIsoTree(iso, folder, { maxDiskBytes, timeoutMs: ISO_TIMEOUT_MS }, async (tree) =>
          importFiles(tree, { ...facts, kind: 'installer', boot: await findBootFiles(tree), images: [] }, onProgress),
        ),
      ),
    importWim: (file, facts, onProgress) =>
      change(titled(facts), async () => {
        const boot = { kernel: null, initrd: null }
        return importFiles(file, { ...facts, kind: 'wim', boot, images: await readWimImages(file) }, onProgress)
      }),
  }
}
