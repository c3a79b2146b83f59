import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { hasCode } from '../core/errors.ts'
import { sha256Hex } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import type { BootFacts, Provenance } from '../image/manifest.ts'
import { type Artefact, createArtefactCache } from './artefact-cache.ts'
import { resolvePackages } from './bootstrap.ts'
import { type BuildProgress, type BuildStep, createBuildStep, type RunStep } from './build-step.ts'
import { type BuildSource, type BuildWay, wayOf } from './build-way.ts'
import { ROOT_PARTITION } from './disk-layout.ts'
import { queryPackages } from './package-list.ts'
import { type Recipe, recipeDigest } from './recipe.ts'

/** `fresh` ignores the cache; `parent` and `installer` are needed by a recipe that names one. */
export type BuildOptions = BuildSource & { fresh?: boolean; onProgress?: BuildProgress }

/** A raw disk file (in the cache: do not change it) and what its manifest must say. */
export type BuiltDisk = {
  file: string
  fromCache: boolean
  boot: BootFacts
  parent: string | null
  provenance: Provenance
}

/** Builds disks from recipes and keeps them. */
export type RecipeBuilder = { build(recipe: Recipe, options?: BuildOptions): Promise<BuiltDisk> }

type BuilderParts = { cacheFolder: string; clock: Clock; log: Log }

/** Counted up whenever the same recipe would make another disk. */
const BUILDER_VERSION = 1

/** The builder with its disks in `cacheFolder`/recipes. `build` throws recipe.invalid, recipe.failed. */
export function createRecipeBuilder(parts: BuilderParts): RecipeBuilder {
  return { build: (recipe, options = {}) => build(parts, recipe, options) }
}

async function build(parts: BuilderParts, recipe: Recipe, options: BuildOptions): Promise<BuiltDisk> {
  const way = wayOf(recipe, options)
  const cache = createArtefactCache(join(parts.cacheFolder, 'recipes'))
  const runStep = stepRunner(way.steps, options)
  const digest = recipeDigest(recipe)
  const tools = await runStep('tools', (step) => queryPackages(step, '/var/lib/dpkg', way.tools))
  const packages = await runStep('archive', (step) => resolve(parts.log, step, recipe))
  const key = `${recipe.name}-${sha256Hex(JSON.stringify([digest, packages, tools, way.from])).slice(0, 32)}`
  const ready = options.fresh ? undefined : packages ? await cache.find(key) : await cache.findByRecipe(digest)
  const artefact =
    ready ??
    (await cache.make(key, async (disk, workFolder) => {
      const facts = await way.make(disk, workFolder, runStep)
      return { recipeDigest: digest, builtAt: new Date(parts.clock.now()).toISOString(), ...facts }
    }))
  return describe(recipe, artefact, toolText(recipe, way, tools), ready !== undefined, options)
}

/** An installer is no parent, inside of which the disk was made, but the disk comes from it all the same. */
const toolText = ({ install }: Recipe, { from }: BuildWay, tools: string[]): string =>
  [`slipway-recipes/${BUILDER_VERSION}`, ...(install ? [`installer=${from}`] : []), ...tools].join(' ').slice(0, 256)

function describe(
  recipe: Recipe,
  artefact: Artefact,
  tool: string,
  fromCache: boolean,
  { parent }: BuildSource,
): BuiltDisk {
  const shape: Omit<BootFacts, 'kernel'> = parent?.boot ??
    artefact.boot ?? {
      firmware: ['bios', 'uefi'],
      rootPartition: ROOT_PARTITION,
      fileSystem: 'ext4',
      seed: 'systemd',
      banners: [],
    }
  const seed = (parent ? undefined : recipe.seed) ?? shape.seed
  return {
    file: artefact.disk,
    fromCache,
    boot: {
      ...shape,
      ...promised(recipe, shape.settings),
      seed,
      kernel: artefact.kernel,
      banners: [...shape.banners, ...recipe.banners],
    },
    parent: parent?.digest ?? null,
    provenance: {
      recipe: `${recipe.name}/${recipe.version}`,
      recipeDigest: artefact.recipeDigest,
      packages: artefact.packages,
      tool,
    },
  }
}

/** What the parent promised and the recipe does; of a setting that both have, the recipe's word counts. */
function promised({ settings = [] }: Recipe, before: BootFacts['settings'] = []): Pick<BootFacts, 'settings'> {
  const own = settings.map(({ id, value }) => ({ id, expect: value }))
  const kept = before.filter(({ id }) => !own.some((one) => one.id === id))
  return kept.length + own.length > 0 ? { settings: [...kept, ...own] } : {}
}

/** Undefined when the archive does not answer: then an earlier build of the same recipe is good enough. */
async function resolve(log: Log, step: BuildStep, recipe: Recipe): Promise<string[] | undefined> {
  if (!recipe.base) return []
  try {
    return await resolvePackages(step, recipe.base)
  } catch (error) {
    if (!hasCode(error, 'recipe.failed')) throw error
    log.warn({ recipe: recipe.name, error: error.message }, 'archive not readable, an earlier build will do')
    step.line('the archive does not answer, an earlier build of this recipe will do')
    return undefined
  }
}

function stepRunner(steps: readonly string[], options: BuildOptions): RunStep {
  const names = ['tools', 'archive', ...steps]
  return async (name, work) => {
    options.signal?.throwIfAborted()
    const place = { step: name, number: names.indexOf(name) + 1, of: names.length }
    options.onProgress?.(place)
    const step = createBuildStep(name, (line) => options.onProgress?.({ ...place, line }), options.signal)
    return work(step)
  }
}
