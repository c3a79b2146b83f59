import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { AppError, hasCode } from '../core/errors.ts'
import { sha256Hex } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import type { BootFacts, Provenance } from '../image/manifest.ts'
import { type Artefact, createArtefactCache } from './artefact-cache.ts'
import { BASE_STEPS, buildBaseDisk } from './base-disk.ts'
import { resolvePackages } from './bootstrap.ts'
import { type BuildProgress, type BuildStep, createBuildStep, type RunStep } from './build-step.ts'
import { buildChildDisk, CHILD_STEPS, type ParentDisk } from './child-disk.ts'
import { ROOT_PARTITION } from './disk-layout.ts'
import { queryPackages } from './package-list.ts'
import { type Recipe, recipeDigest } from './recipe.ts'

/** `fresh` ignores the cache; `parent` is needed by a recipe that names one. */
export type BuildOptions = { fresh?: boolean; parent?: ParentDisk; onProgress?: BuildProgress; signal?: AbortSignal }

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
const TOOLS = ['mmdebstrap', 'e2fsprogs', 'grub-pc-bin', 'grub-efi-amd64-signed', 'shim-signed', 'dosfstools']

/** The builder with its disks in `cacheFolder`/recipes. `build` throws recipe.invalid, recipe.failed. */
export function createRecipeBuilder(parts: BuilderParts): RecipeBuilder {
  return { build: (recipe, options = {}) => build(parts, recipe, options) }
}

async function build(parts: BuilderParts, recipe: Recipe, options: BuildOptions): Promise<BuiltDisk> {
  const { parent } = options
  if (recipe.parent && !parent) {
    throw new AppError('recipe.invalid', `expected the disk of the parent ${recipe.parent.name}, got none`)
  }
  const cache = createArtefactCache(join(parts.cacheFolder, 'recipes'))
  const runStep = stepRunner(recipe, options)
  const digest = recipeDigest(recipe)
  const tools = await runStep('tools', (step) => queryPackages(step, '/var/lib/dpkg', TOOLS))
  const packages = await runStep('archive', (step) => resolve(parts.log, step, recipe))
  const key = (parts: unknown): string => `${recipe.name}-${sha256Hex(JSON.stringify(parts)).slice(0, 32)}`
  const ready = options.fresh
    ? undefined
    : packages
      ? await cache.find(key([digest, packages, tools, parent?.digest]))
      : await cache.findByRecipe(digest)
  const artefact =
    ready ??
    (await cache.make(key([digest, packages, tools, parent?.digest]), async (disk, workFolder) => {
      const facts = recipe.base
        ? await buildBaseDisk(recipe, recipe.base, disk, workFolder, runStep)
        : await buildChildDisk(recipe, parent!, disk, workFolder, runStep)
      return { recipeDigest: digest, builtAt: new Date(parts.clock.now()).toISOString(), ...facts }
    }))
  return describe(recipe, artefact, tools, ready !== undefined, parent)
}

function describe(
  recipe: Recipe,
  artefact: Artefact,
  tools: string[],
  fromCache: boolean,
  parent: ParentDisk | undefined,
): BuiltDisk {
  const shape: Omit<BootFacts, 'kernel'> = parent?.boot ?? {
    firmware: ['bios', 'uefi'],
    rootPartition: ROOT_PARTITION,
    fileSystem: 'ext4',
    seed: recipe.seed ?? 'systemd',
    banners: [],
  }
  return {
    file: artefact.disk,
    fromCache,
    boot: {
      ...shape,
      ...promised(recipe, shape.settings),
      kernel: artefact.kernel,
      banners: [...shape.banners, ...recipe.banners],
    },
    parent: parent?.digest ?? null,
    provenance: {
      recipe: `${recipe.name}/${recipe.version}`,
      recipeDigest: artefact.recipeDigest,
      packages: artefact.packages,
      tool: [`slipway-recipes/${BUILDER_VERSION}`, ...tools].join(' ').slice(0, 256),
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

function stepRunner(recipe: Recipe, options: BuildOptions): RunStep {
  const names = ['tools', 'archive', ...(recipe.base ? BASE_STEPS : CHILD_STEPS)]
  return async (name, work) => {
    options.signal?.throwIfAborted()
    const place = { step: name, number: names.indexOf(name) + 1, of: names.length }
    options.onProgress?.(place)
    const step = createBuildStep(name, (line) => options.onProgress?.({ ...place, line }), options.signal)
    return work(step)
  }
}
