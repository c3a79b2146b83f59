import { join } from 'node:path'
import { assembleDisk } from './assemble-disk.ts'
import { bootstrapTree, epochOf } from './bootstrap.ts'
import type { RunStep } from './build-step.ts'
import { rootGrubConfig } from './grub-config.ts'
import { type Recipe, type RecipeBase, recipeUuid } from './recipe.ts'
import { checkSettings } from './setting.ts'
import { checkGuarantees, removeFromTree, runTreeCommands, writeRelease, writeTreeFiles } from './tree-edit.ts'
import { describeTree, finishTree, type TreeFacts } from './tree-finish.ts'

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
    await checkSettings(step, tree, recipe.settings ?? [], recipe.prepare)
    await finishTree(step, tree, epochOf(recipe))
    return describeTree(step, tree)
  })
  await assembleDisk(recipe, base, disk, tree, workFolder, runStep)
  return facts
}
