import { chmod, lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BuildStep } from './build-step.ts'
import { runInTree } from './chroot.ts'
import type { Recipe, RecipeFile } from './recipe.ts'
import { matchInTree, resolveInTree } from './tree-path.ts'

/** Writes files as the image's own root would, following its links but never out of the tree. */
export async function writeTreeFiles(step: BuildStep, tree: string, files: RecipeFile[]): Promise<void> {
  for (const file of files) {
    step.line(`write ${file.path}`)
    const folder = await makeFolder(step, tree, dirname(file.path))
    const target = `${folder}/${file.path.slice(file.path.lastIndexOf('/') + 1)}`
    // A link in the way is replaced, not followed.
    await rm(target, { force: true })
    await writeFile(target, file.content, { flag: 'wx' })
    await chmod(target, Number.parseInt(file.mode, 8))
  }
}

/** Runs the recipe's commands inside of the tree, each by `sh -e`. */
export async function runTreeCommands(step: BuildStep, tree: string, commands: string[]): Promise<void> {
  for (const command of commands) {
    step.line(`run ${command.split('\n')[0]}`)
    await runInTree(step, tree, command)
  }
}

/** Removes what the patterns match; a pattern that matches nothing is no fault. */
export async function removeFromTree(step: BuildStep, tree: string, patterns: string[]): Promise<void> {
  for (const pattern of patterns) {
    const paths = await matchInTree(tree, pattern)
    step.line(`remove ${pattern}: ${paths.length}`)
    for (const path of paths) await rm(path, { recursive: true, force: true })
  }
}

/** Marks the tree with the image's name and version; the agent appends the manifest's digest. */
export function writeRelease(step: BuildStep, tree: string, recipe: Recipe): Promise<void> {
  const content = `SLIPWAY_IMAGE=${recipe.name}\nSLIPWAY_VERSION=${recipe.version}\n`
  return writeTreeFiles(step, tree, [{ path: '/etc/slipway-release', mode: '0644', content }])
}

/** Checks that all that the recipe promises is in the tree. Throws recipe.failed naming what is missing. */
export async function checkGuarantees(step: BuildStep, tree: string, guarantees: Recipe['guarantees']): Promise<void> {
  const missing: string[] = []
  for (const path of guarantees.paths) {
    const resolved = await resolveInTree(tree, path)
    const found = resolved && (await lstat(resolved).catch(() => undefined))
    if (!found) missing.push(path)
  }
  if (missing.length > 0) throw step.fail(`expected the guaranteed ${missing.join(', ')} in the tree, got none`)
  await runTreeCommands(step, tree, guarantees.commands)
}

async function makeFolder(step: BuildStep, tree: string, path: string): Promise<string> {
  let folder = tree
  const parts = path.split('/').filter(Boolean)
  for (let count = 1; count <= parts.length; count++) {
    const resolved = await resolveInTree(tree, parts.slice(0, count).join('/'))
    if (!resolved) throw step.fail(`expected a folder ${path} in the tree, got a broken link in its way`)
    await mkdir(resolved, { recursive: true })
    folder = resolved
  }
  return folder
}
