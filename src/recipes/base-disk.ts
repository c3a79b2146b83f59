import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { writeBiosGrub } from './boot-bios.ts'
import { writeEsp } from './boot-uefi.ts'
import { bootstrapTree, epochOf } from './bootstrap.ts'
import type { RunStep } from './builder.ts'
import { planDisk } from './disk-layout.ts'
import { writeRootFileSystem } from './file-system.ts'
import { rootGrubConfig } from './grub-config.ts'
import { writePartitionTable } from './partition-table.ts'
import { type Recipe, type RecipeBase, recipeUuid } from './recipe.ts'
import { checkGuarantees, removeFromTree, runTreeCommands, writeRelease, writeTreeFiles } from './tree-edit.ts'
import { finishTree, installedPackages, kernelRelease } from './tree-finish.ts'

/** What a finished tree says of itself. */
export type TreeFacts = { packages: string[]; kernel: string | null }

/** The steps of a build from packages, for their count. */
export const BASE_STEPS = ['packages', 'changes', 'guarantees', 'partitions', 'file-system', 'boot-loaders'] as const

/** Builds a disk file from packages in `workFolder`. Throws recipe.failed. */
export async function buildBaseDisk(
  recipe: Recipe,
  base: RecipeBase,
  disk: string,
  workFolder: string,
  runStep: RunStep,
): Promise<TreeFacts> {
  const tree = join(workFolder, 'tree')
  const rootUuid = recipeUuid(recipe, 'root file system')
  const fstab = `UUID=${rootUuid} / ext4 errors=remount-ro 0 1\n`
  const boot = [
    { path: '/etc/fstab', mode: '0644', content: fstab },
    { path: '/boot/grub/grub.cfg', mode: '0644', content: rootGrubConfig(rootUuid, base.kernelArguments) },
  ]
  await runStep('packages', (step) => bootstrapTree(step, recipe, base, tree, workFolder))
  await runStep('changes', async (step) => {
    await writeTreeFiles(step, tree, [...boot, ...recipe.files])
    await runTreeCommands(step, tree, recipe.run)
    await removeFromTree(step, tree, recipe.remove)
    await writeRelease(step, tree, recipe)
  })
  const facts = await runStep('guarantees', async (step) => {
    await checkGuarantees(step, tree, recipe.guarantees)
    await finishTree(step, tree, epochOf(recipe))
    return { packages: await installedPackages(step, tree), kernel: await kernelRelease(tree) }
  })
  await assemble(recipe, base, disk, tree, workFolder, runStep)
  return facts
}

async function assemble(
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

async function createSparse(path: string, size: number): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.truncate(size)
  } finally {
    await file.close()
  }
}
