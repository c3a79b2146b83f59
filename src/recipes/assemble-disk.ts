import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeBiosGrub } from './boot-bios.ts'
import { writeEsp } from './boot-uefi.ts'
import { epochOf } from './bootstrap.ts'
import type { RunStep } from './build-step.ts'
import { planDisk } from './disk-layout.ts'
import { writeRootFileSystem } from './file-system.ts'
import { writePartitionTable } from './partition-table.ts'
import { type Recipe, type RecipeBase, recipeUuid } from './recipe.ts'
import { createSparse } from './sparse-file.ts'

/** Makes a disk file of a finished tree: partitions, file system, loaders for BIOS and UEFI. Throws recipe.failed. */
export async function assembleDisk(
  recipe: Recipe,
  base: RecipeBase,
  disk: string,
  tree: string,
  workFolder: string,
  runStep: RunStep,
): Promise<void> {
  const layout = planDisk(base.disk)
  const epoch = epochOf(recipe)
  const uuidOf = (purpose: string): string => recipeUuid(recipe, purpose)
  const rootUuid = uuidOf('root file system')
  await runStep('partitions', async (step) => {
    await createSparse(disk, layout.size)
    await writePartitionTable(step, disk, layout, uuidOf)
  })
  await runStep('file-system', (step) =>
    writeRootFileSystem(step, disk, layout.root, tree, { uuid: rootUuid, hashSeed: uuidOf('hash seed'), epoch }),
  )
  await runStep('boot-loaders', async (step) => {
    const scratch = join(workFolder, 'loaders')
    await mkdir(scratch)
    await writeEsp(step, disk, layout, { rootUuid, volumeId: uuidOf('esp volume').slice(0, 8), epoch }, scratch)
    await writeBiosGrub(step, disk, layout, scratch)
  })
}
