import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, test } from 'vitest'
import { stringify } from 'yaml'
import { type Appliance, openAppliance } from '../../src/app/appliance.ts'
import { buildImageFromRecipe } from '../../src/app/image-builds.ts'
import { importImageFile } from '../../src/app/image-imports.ts'
import { recipeInstaller } from '../../src/app/recipe-installers.ts'
import { Settings } from '../../src/config/settings.ts'
import { silentLog } from '../../src/core/log.ts'
import { parseRecipe } from '../../src/recipes/recipe.ts'
import { noise } from '../image/manifest-sample.ts'
import { temporaryFolder } from '../library/library-fixture.ts'

let folder: string
let appliance: Appliance

beforeEach(async () => {
  folder = temporaryFolder()
  const settings = Settings.parse({ dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') })
  appliance = await openAppliance(settings, silentLog)
  mkdirSync(join(folder, 'pair'))
  writeFileSync(join(folder, 'pair/vmlinuz'), noise(1, 1000))
  writeFileSync(join(folder, 'pair/initrd.gz'), noise(2, 1000))
  writeFileSync(join(folder, 'disk.raw'), noise(3, 1 << 20))
  await take('pair', 'kernel', 'pair')
  await take('pair', 'files', 'plain')
  await take('disk.raw', 'raw', 'disk')
})
afterEach(() => appliance.close())

const take = (file: string, format: string, name: string) =>
  importImageFile(appliance, { file: join(folder, file), format, name, version: '1' }, () => {})

const said = (name: string) => ({
  ...{ format: 'slipway-recipe/1', name: 'installed', version: '1', timestamp: '2026-01-01T00:00:00Z' },
  install: { installer: { name, version: '1' }, disk: { sizeMiB: 64 } },
})
const recipe = (name: string) => parseRecipe(stringify(said(name)))

it('is the version that the recipe names, and its files come out of the library', async () => {
  const installer = await recipeInstaller(appliance, recipe('pair'))
  expect(installer).toMatchObject({
    ...{ kernel: 'vmlinuz', initrd: 'initrd.gz' },
    digest: (await appliance.library.find('pair', '1'))!.manifestDigest,
  })
  await installer!.writeFiles(join(folder, 'out'), ['vmlinuz'])
  expect(existsSync(join(folder, 'out/vmlinuz'))).toBe(true)
})

test.each([
  ['none', 'image.not_found', 'expected the installer none 1 in the library, got none'],
  [
    'plain',
    'recipe.invalid',
    /^install\.installer: expected a version with a kernel and an initrd, got plain 1, .*files/,
  ],
  ['disk', 'recipe.invalid', /^install\.installer: .* got disk 1, which is disk without them/],
])('refuses the installer %s by %s', async (name, code, message) => {
  const found = recipeInstaller(appliance, recipe(name))
  await expect(found).rejects.toMatchObject({ code })
  await expect(found).rejects.toThrow(message)
})

it('refuses a revoked installer, and nothing is built', async () => {
  await appliance.lifecycle.revoke({ name: 'pair', version: '1' }, { by: 'ann', body: {} })
  const file = join(folder, 'recipe.yaml')
  writeFileSync(file, stringify(said('pair')))
  const steps: string[] = []
  const wish = { recipe: file, version: undefined, fresh: false }
  const built = buildImageFromRecipe(
    appliance,
    wish,
    (step) => steps.push(step),
    () => {},
  )
  await expect(built).rejects.toMatchObject({ code: 'image.revoked', message: expect.stringContaining('pair 1') })
  expect(steps).toEqual([])
})

it('is not asked for by a recipe of another way', async () => {
  const { install: _, ...rest } = said('none')
  const child = parseRecipe(stringify({ ...rest, parent: { name: 'p', version: '1' } }))
  expect(await recipeInstaller(appliance, child)).toBeUndefined()
})
