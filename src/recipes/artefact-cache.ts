import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { bootFacts } from '../image/manifest.ts'

const facts = z.object({
  recipeDigest: z.string(),
  builtAt: z.string(),
  packages: z.array(z.string()),
  kernel: z.string().nullable(),
  boot: bootFacts.optional(),
})

/** What is known of a built disk, kept beside it. `builtAt`: ISO 8601; `boot`: where it was found on the disk, not made by the recipe. */
export type ArtefactFacts = z.infer<typeof facts>
/** A built disk file (raw) in the cache. */
export type Artefact = ArtefactFacts & { disk: string }

/** Built disks in `folder`, one folder a key; a half built one is never seen. */
export type ArtefactCache = {
  find(key: string): Promise<Artefact | undefined>
  /** The youngest of one recipe, whatever its packages were. */
  findByRecipe(recipeDigest: string): Promise<Artefact | undefined>
  /** Keys are `<image>-<hash>`. Hands `build` a work folder and the path of the disk to make there, and keeps the disk under `key`. */
  make(key: string, build: (disk: string, workFolder: string) => Promise<ArtefactFacts>): Promise<Artefact>
}

const DISK = 'disk.raw'
const FACTS = 'facts.json'
const KEPT_PER_IMAGE = 4
const STALE_MS = 24 * 60 * 60 * 1000

/** The cache over a folder, which is made when something is kept. */
export function createArtefactCache(folder: string): ArtefactCache {
  const read = async (name: string): Promise<Artefact | undefined> => {
    const text = await readFile(join(folder, name, FACTS), 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    const parsed = facts.safeParse(JSON.parse(text))
    return parsed.success ? { ...parsed.data, disk: join(folder, name, DISK) } : undefined
  }
  return {
    find: read,
    findByRecipe: async (recipeDigest) => {
      const all = await Promise.all((await readdir(folder).catch(() => [])).map(read))
      const fitting = all.filter((artefact) => artefact?.recipeDigest === recipeDigest)
      return fitting.sort((a, b) => a!.builtAt.localeCompare(b!.builtAt)).at(-1)
    },
    make: (key, build) => make(folder, key, build),
  }
}

async function make(
  folder: string,
  key: string,
  build: (disk: string, workFolder: string) => Promise<ArtefactFacts>,
): Promise<Artefact> {
  await mkdir(folder, { recursive: true })
  await sweep(folder)
  const work = await mkdtemp(join(folder, 'build-'))
  const kept = join(work, 'kept')
  try {
    await mkdir(kept)
    const made = await build(join(kept, DISK), work)
    await writeFile(join(kept, FACTS), `${JSON.stringify(made, null, 2)}\n`)
    await rm(join(folder, key), { recursive: true, force: true })
    await rename(kept, join(folder, key))
    await forgetOld(folder, key)
    return { ...made, disk: join(folder, key, DISK) }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** A disk is large and can be made again: of one image only the youngest stay. */
async function forgetOld(folder: string, key: string): Promise<void> {
  const image = key.slice(0, key.lastIndexOf('-'))
  const names = (await readdir(folder)).filter((name) => name.slice(0, name.lastIndexOf('-')) === image && name !== key)
  const ages = await Promise.all(names.map(async (name) => ({ name, ms: (await stat(join(folder, name))).mtimeMs })))
  const old = ages.sort((a, b) => b.ms - a.ms).slice(KEPT_PER_IMAGE - 1)
  for (const { name } of old) await rm(join(folder, name), { recursive: true, force: true })
}

/** Work folders of builds that were killed. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('build-')) continue
    const { mtimeMs } = await stat(join(folder, name))
    if (Date.now() - mtimeMs > STALE_MS) await rm(join(folder, name), { recursive: true, force: true })
  }
}
