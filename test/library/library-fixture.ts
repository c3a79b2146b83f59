import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { silentLog } from '../../src/core/log.ts'
import type { ImageVersion } from '../../src/domain/image-version.ts'
import { NOTHING_TOLD } from '../../src/image/manifest.ts'
import { alone } from '../../src/library/alone.ts'
import type { VersionFacts } from '../../src/library/import/importer.ts'
import { createKeyring } from '../../src/library/keyring.ts'
import { createLibrary, type Library } from '../../src/library/library.ts'
import type { VersionIndex } from '../../src/library/version-index.ts'

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A version index in memory. */
export function createMemoryIndex(): VersionIndex {
  const rows: ImageVersion[] = []
  const find = (name: string, version?: string) =>
    rows.findLast((row) => row.name === name && (version === undefined || row.version === version))
  return {
    add: async (row) => {
      if (find(row.name, row.version)) throw new AppError('image.exists', `expected a new version, got ${row.version}`)
      rows.push(row)
    },
    find: async (name, version) => find(name, version),
    list: async () => [...rows],
  }
}

/** A library in `folder` whose time stands still. */
export function createTestLibrary(folder: string, maxDiskBytes?: number): Library {
  return createLibrary({
    ...alone(),
    folder,
    index: createMemoryIndex(),
    keys: createKeyring(join(folder, 'keys')),
    clock: { now: () => Date.parse('2026-01-02T03:04:05Z') },
    log: silentLog,
    ...(maxDiskBytes && { maxDiskBytes }),
  })
}

/** Facts of a version of the image `tiny`. */
export const factsOf = (version: string, parent: string | null = null): VersionFacts => ({
  name: 'tiny',
  version,
  boot: { ...NOTHING_TOLD, firmware: ['bios'] },
  parent,
  provenance: { recipe: null, recipeDigest: null, packages: [], tool: 'test' },
})
