import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { systemClock } from '../../src/core/clock.ts'
import { silentLog } from '../../src/core/log.ts'
import type { ImageVersion } from '../../src/domain/image-version.ts'
import { alone } from '../../src/library/alone.ts'
import type { ImportedVersion } from '../../src/library/import/publish-disk.ts'
import { createKeyring } from '../../src/library/keyring.ts'
import { createLibrary, type Library } from '../../src/library/library.ts'
import { type BuiltDisk, createRecipeBuilder } from '../../src/recipes/builder.ts'
import { parseRecipe } from '../../src/recipes/recipe.ts'

const KIB = 1024
const SIZES = [64, 128, 256, 512, 1024, 4096].map((kib) => kib * KIB)

/** What an ordinary next version is: everything upgraded, a service and a file more. */
const CHILD = {
  format: 'slipway-recipe/1',
  name: 'debian-12-minimal',
  version: 'next',
  timestamp: '2026-02-01T00:00:00Z',
  parent: { name: 'debian-12-minimal', version: '12.1' },
  change: { upgrade: true, packages: ['openssh-server'] },
  files: [{ path: '/etc/motd', content: 'next\n' }],
}

const cacheFolder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway')
const builder = createRecipeBuilder({ cacheFolder, clock: systemClock, log: silentLog })
const first = await builder.build(parseRecipe(readFileSync('images/recipes/debian-12-minimal.yaml', 'utf8')))
const parent = { file: first.file, digest: 'a'.repeat(64), boot: first.boot }
const second = await builder.build(parseRecipe(stringify(CHILD)), { parent })

console.log('| chunk | chunks with bytes | manifest | stored bytes | import | touched by v2 | v2 adds | v2 import |')
console.log('|---|---|---|---|---|---|---|---|')
for (const chunkSize of SIZES) console.log(await measure(chunkSize))

async function measure(chunkSize: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  try {
    const library = createBenchLibrary(folder)
    const v1 = await timed(() => importDisk(library, first, '1', null, chunkSize))
    const v2 = await timed(() => importDisk(library, second, '2', v1.result.digest, chunkSize))
    const used = v2.result.manifest.chunks.filter((chunk) => chunk !== null)
    const old = new Set(v1.result.manifest.chunks.map((chunk) => chunk?.digest))
    const touched = used.filter((chunk) => !old.has(chunk.digest)).length
    const cells = [
      `${chunkSize / KIB} KiB`,
      v1.result.manifest.chunks.filter((chunk) => chunk !== null).length,
      `${(JSON.stringify(v1.result.manifest).length / KIB).toFixed(0)} KiB`,
      mega(v1.result.row.storedBytes),
      `${(v1.ms / 1000).toFixed(2)} s`,
      `${touched} = ${((100 * touched) / used.length).toFixed(1)} %`,
      mega(v2.result.row.ownBytes),
      `${(v2.ms / 1000).toFixed(2)} s`,
    ]
    return `| ${cells.join(' | ')} |`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function importDisk(
  library: Library,
  disk: BuiltDisk,
  version: string,
  parentDigest: string | null,
  chunkSize: number,
): Promise<ImportedVersion> {
  const facts = { name: 'bench', version, boot: disk.boot, parent: parentDigest, provenance: disk.provenance }
  return library.importDisk({ file: disk.file, format: 'raw' }, facts, undefined, { chunkSize })
}

function createBenchLibrary(folder: string): Library {
  const rows: ImageVersion[] = []
  const index = {
    add: async (row: ImageVersion) => void rows.push(row),
    find: async (_name: string, version?: string) => rows.find((row) => row.version === version),
    list: async () => rows,
  }
  return createLibrary({
    ...alone(),
    folder,
    index,
    keys: createKeyring(join(folder, 'keys')),
    clock: systemClock,
    log: silentLog,
  })
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now()
  return { result: await work(), ms: performance.now() - start }
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`
}
