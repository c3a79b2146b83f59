import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { BuildProgress } from '../recipes/build-step.ts'
import { createRecipeBuilder } from '../recipes/builder.ts'
import type { ParentDisk } from '../recipes/child-disk.ts'
import { parseHardening, withSettings } from '../recipes/hardening.ts'
import { MACHINE_STEPS } from '../recipes/install-disk.ts'
import { parseRecipe, type Recipe } from '../recipes/recipe.ts'
import type { Appliance } from './appliance.ts'
import { PROGRAM_FOLDER } from './program.ts'
import { recipeInstaller } from './recipe-installers.ts'

export type ImageBuildWish = { recipe: string; version: string | undefined; fresh: boolean }
type OnStep = (step: string) => void
type OnProgress = (done: number, total: number) => void

/**
 * Builds a recipe's disk (from the cache where that is still valid) and stores it as a signed version. `recipe` is a file
 * or the name of one under images/recipes. Throws recipe.invalid, recipe.failed, image.exists, image.not_found, image.revoked.
 */
export async function buildImageFromRecipe(
  appliance: Appliance,
  wish: ImageBuildWish,
  onStep: OnStep,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<ImageVersion> {
  const { settings, clock, log, library, lifecycle } = appliance
  const file = wish.recipe.includes('/') ? wish.recipe : join(PROGRAM_FOLDER, 'images/recipes', `${wish.recipe}.yaml`)
  const recipe = await readRecipe(file)
  const version = wish.version ?? recipe.version
  if (await library.find(recipe.name, version))
    throw new AppError('image.exists', `expected a new version of ${recipe.name}, ${version} is in the library`)
  const installer = await recipeInstaller(appliance, recipe)
  const parent = await parentDisk(appliance, recipe)
  try {
    const builder = createRecipeBuilder({ cacheFolder: settings.cacheFolder, clock, log })
    const options = {
      fresh: wish.fresh,
      onProgress: showSteps(onStep),
      ...(parent && { parent }),
      ...(installer && { installer }),
      ...(signal && { signal }),
    }
    const built = await builder.build({ ...recipe, version }, options)
    if (built.fromCache) onStep('disk found in the cache')
    const { boot, provenance } = built
    const facts = { name: recipe.name, version, boot, parent: built.parent, provenance }
    const { row } = await library.importDisk({ file: built.file, format: 'raw' }, facts, onProgress, {
      ...(signal && { signal }),
    })
    await lifecycle.take(row, 'build', { by: 'appliance', body: provenance })
    return row
  } finally {
    if (parent) await rm(parent.file, { force: true })
  }
}

/** The recipe with the settings of its hardening profile, which lies beside the recipes that come with Slipway. */
async function readRecipe(file: string): Promise<Recipe> {
  const recipe = parseRecipe(await readFile(file, 'utf8'))
  if (!recipe.hardening) return withSettings(recipe, undefined)
  const profile = join(PROGRAM_FOLDER, 'images/hardening', `${recipe.hardening.profile}.yaml`)
  return withSettings(recipe, parseHardening(await readFile(profile, 'utf8')))
}

/** One line a step, and what a machine says on its console; what other programs print goes to the build's own failure message. */
function showSteps(onStep: OnStep): BuildProgress {
  let shown = 0
  return ({ step, number, of, line }) => {
    if (number !== shown) onStep(`${number}/${of} ${step}`)
    shown = number
    if (line !== undefined && MACHINE_STEPS.includes(step)) onStep(`${number}/${of} ${step}: ${line}`)
  }
}

/** The parent's disk as a file, put together from its chunks. */
async function parentDisk(appliance: Appliance, recipe: Recipe): Promise<ParentDisk | undefined> {
  if (!recipe.parent) return undefined
  const { name, version } = recipe.parent
  const row = await appliance.library.find(name, version)
  if (!row) throw new AppError('image.not_found', `expected the parent ${name} ${version} in the library`)
  const { manifest, digest } = await appliance.library.manifest(row.manifestDigest)
  const file = join(appliance.settings.dataFolder, `parent-${process.pid}.raw`)
  await appliance.library.exportDisk(digest, file)
  return { file, digest, boot: manifest.boot }
}
