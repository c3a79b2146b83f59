import { join } from 'node:path'
import type { BootFacts } from '../image/manifest.ts'
import { upgradePackages } from './apt-change.ts'
import { epochOf } from './bootstrap.ts'
import type { BuildStep, RunStep } from './build-step.ts'
import { readCapabilities } from './capabilities.ts'
import { applyChanges } from './debugfs.ts'
import { byteOffset } from './disk-layout.ts'
import { checkFileSystem } from './file-system.ts'
import { readPartitions } from './partition-table.ts'
import type { Recipe } from './recipe.ts'
import { checkSettings } from './setting.ts'
import { type TreeChange, treeChanges } from './tree-change.ts'
import { dumpTree } from './tree-dump.ts'
import { checkGuarantees, removeFromTree, runTreeCommands, writeRelease, writeTreeFiles } from './tree-edit.ts'
import { describeTree, finishTree, type TreeFacts } from './tree-finish.ts'
import { scanTree } from './tree-scan.ts'

/** The version that a recipe with a parent changes: its raw disk file, manifest digest and boot facts. */
export type ParentDisk = { file: string; digest: string; boot: BootFacts }

/** The steps of a build inside a parent's file system, for their count. */
export const CHILD_STEPS = ['parent', 'packages', 'changes', 'guarantees', 'file-system', 'proof'] as const

/**
 * Builds a disk by changing a copy of the parent's: what the change does not touch keeps its blocks, so that both versions
 * share their chunks. The file system is read and written by debugfs, never mounted. Throws recipe.failed.
 */
export async function buildChildDisk(
  recipe: Recipe,
  parent: ParentDisk,
  disk: string,
  workFolder: string,
  runStep: RunStep,
): Promise<TreeFacts> {
  const tree = join(workFolder, 'tree')
  const epoch = epochOf(recipe)
  const { place, before } = await runStep('parent', async (step) => {
    await step.run('cp', ['--sparse=always', '--reflink=auto', parent.file, disk])
    const root = { disk, offset: await rootOffset(step, disk, parent), epoch }
    await checkFileSystem(step, disk, root.offset)
    await dumpTree(step, root, tree)
    return { place: root, before: await scanTree(tree) }
  })
  await runStep('packages', (step) => upgradePackages(step, recipe.change, tree))
  await runStep('changes', async (step) => {
    await writeTreeFiles(step, tree, recipe.files)
    await runTreeCommands(step, tree, recipe.run)
    await removeFromTree(step, tree, recipe.remove)
    await writeRelease(step, tree, recipe)
  })
  const facts = await runStep('guarantees', async (step) => {
    await checkGuarantees(step, tree, recipe.guarantees)
    await checkSettings(step, tree, recipe.settings ?? [], recipe.prepare)
    // The parent's own times stay as they are, else every file of it would differ.
    await finishTree(step, tree, epoch, Math.max(epoch, ...[...before.values()].map((entry) => entry.mtime)))
    return describeTree(step, tree)
  })
  const after = await scanTree(tree)
  await runStep('file-system', async (step) => {
    const changes = treeChanges(before, after)
    step.line(summary(changes))
    const capabilities = await readCapabilities(step, tree)
    await applyChanges(step, place, { tree, capabilities }, changes)
    await checkFileSystem(step, disk, place.offset)
  })
  await runStep('proof', async (step) => {
    const proof = join(workFolder, 'proof')
    await dumpTree(step, place, proof)
    const left = treeChanges(await scanTree(proof), after)
    if (left.length > 0) throw step.fail(`expected the disk to hold the changed tree, got ${summary(left)}`)
  })
  return facts
}

async function rootOffset(step: BuildStep, disk: string, parent: ParentDisk): Promise<number> {
  const { rootPartition, fileSystem } = parent.boot
  if (fileSystem !== 'ext4') throw step.fail(`expected a parent with ext4, got ${fileSystem ?? 'no file system'}`)
  if (rootPartition === null) return 0
  const found = (await readPartitions(step, disk)).find((partition) => partition.number === rootPartition)
  if (!found) throw step.fail(`expected partition ${rootPartition} on the parent's disk, got none`)
  return byteOffset(found)
}

function summary(changes: TreeChange[]): string {
  const some = changes.slice(0, 5).map((change) => `${change.kind} ${change.path}`)
  return `${changes.length} changes: ${some.join(', ')}${changes.length > 5 ? ', ...' : ''}`
}
