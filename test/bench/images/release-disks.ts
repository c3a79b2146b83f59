import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { systemClock } from '../../../src/core/clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { type BuiltDisk, createRecipeBuilder } from '../../../src/recipes/builder.ts'
import { parseRecipe } from '../../../src/recipes/recipe.ts'

const MINIMAL = new URL('../../../images/recipes/debian-12-minimal.yaml', import.meta.url)
const SECURITY = 'deb http://deb.debian.org/debian-security bookworm-security main\n'
const NAME = 'debian-12-release'
/** About 5 % of the bytes of version 1. */
const UPGRADED = ['openssl', 'libssl3', 'libexpat1', 'libpcre2-8-0', 'libssh2-1', 'libbrotli1', 'liblzma5', 'tzdata']

/**
 * Version 1, Debian's point release alone, and version 2: packages upgraded from the security suite inside of its file
 * system. Built by the recipe builder, and kept in its cache.
 */
export async function buildReleases(): Promise<{ first: BuiltDisk; second: BuiltDisk }> {
  const cacheFolder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway')
  const builder = createRecipeBuilder({ cacheFolder, clock: systemClock, log: silentLog })
  const recipe = parse(await readFile(MINIMAL, 'utf8'))
  const release = {
    ...{ ...recipe, name: NAME, version: '1', base: { ...recipe.base, sources: recipe.base.sources.slice(0, 1) } },
    files: [...recipe.files, { path: '/etc/apt/sources.list.d/security.list', content: SECURITY }],
  }
  const upgrade = {
    ...{ format: recipe.format, name: NAME, version: '2', timestamp: '2026-02-01T00:00:00Z' },
    ...{ parent: { name: NAME, version: '1' }, change: { packages: UPGRADED } },
  }
  const first = await builder.build(parseRecipe(stringify(release)))
  const parent = { file: first.file, digest: 'a'.repeat(64), boot: first.boot }
  return { first, second: await builder.build(parseRecipe(stringify(upgrade)), { parent }) }
}
