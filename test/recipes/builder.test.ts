import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { silentLog } from '../../src/core/log.ts'
import { createArtefactCache } from '../../src/recipes/artefact-cache.ts'
import { createRecipeBuilder } from '../../src/recipes/builder.ts'
import { parseRecipe, recipeDigest } from '../../src/recipes/recipe.ts'
import { temporaryFolder } from './disk-fixture.ts'

const recipe = parseRecipe(
  stringify({
    format: 'slipway-recipe/1',
    name: 'tiny',
    version: '1',
    timestamp: '2026-01-01T00:00:00Z',
    base: {
      suite: 'bookworm',
      sources: ['deb file:/nothing/here bookworm main'],
      packages: ['bash'],
      disk: { sizeMiB: 128 },
    },
    banners: [{ port: 22, expect: 'SSH' }],
  }),
)
const builderIn = (cacheFolder: string) => createRecipeBuilder({ cacheFolder, clock: { now: () => 0 }, log: silentLog })

it('takes an earlier build of the same recipe when the archive does not answer', async () => {
  const folder = temporaryFolder()
  await createArtefactCache(join(folder, 'recipes')).make('tiny-1', async (disk) => {
    writeFileSync(disk, 'disk')
    return { recipeDigest: recipeDigest(recipe), builtAt: '2026', packages: ['bash=5'], kernel: '6.1' }
  })
  const built = await builderIn(folder).build(recipe)
  expect(built).toMatchObject({
    fromCache: true,
    parent: null,
    boot: { firmware: ['bios', 'uefi'], rootPartition: 3, kernel: '6.1', banners: [{ port: 22, expect: 'SSH' }] },
    provenance: { recipe: 'tiny/1', recipeDigest: recipeDigest(recipe), packages: ['bash=5'] },
  })
})

it('fails in the step that needs the archive when there is no earlier build, and shows what mmdebstrap said', async () => {
  const lines: string[] = []
  const onProgress = ({ line }: { line?: string }) => line && lines.push(line)
  const built = builderIn(temporaryFolder()).build(recipe, { onProgress })
  await expect(built).rejects.toMatchObject({
    code: 'recipe.failed',
    details: { step: 'packages', tail: expect.stringContaining('nothing/here') },
  })
  expect(lines).toContain('the archive does not answer, an earlier build of this recipe will do')
})

it('stops when it is told to', async () => {
  const abort = new AbortController()
  const onProgress = () => abort.abort(new Error('stopped'))
  const built = builderIn(temporaryFolder()).build(recipe, { onProgress, signal: abort.signal })
  await expect(built).rejects.toThrow('stopped')
})
