import { readlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { BuildStep } from './build-step.ts'
import { queryPackages } from './package-list.ts'
import { removeFromTree } from './tree-edit.ts'
import { resolveInTree } from './tree-path.ts'

/** What no image may carry: caches, logs, device nodes, and whatever would make two machines the same one. */
const TRACES = [
  '/dev/*',
  '/run/*',
  '/tmp/*',
  '/var/tmp/*',
  '/var/log/*.log',
  '/var/log/apt',
  '/var/log/journal/*',
  '/var/cache/apt/*.bin',
  '/var/cache/apt/archives/*.deb',
  '/var/cache/debconf/*-old',
  '/var/cache/ldconfig/aux-cache',
  '/var/lib/apt/lists/*',
  '/var/lib/dpkg/*-old',
  '/var/lib/systemd/random-seed',
  '/var/lib/dbus/machine-id',
  '/etc/apt/apt.conf.d/99mmdebstrap',
  '/etc/apt/preferences.d/no-usrmerge',
  '/etc/ssh/ssh_host_*',
  '/etc/.pwd.lock',
  '/etc/*-',
  '/root/.bash_history',
  '/root/.cache',
]

/** Takes a build's traces out of a tree and makes times after `newerThan` (s) `epoch`. */
export async function finishTree(step: BuildStep, tree: string, epoch: number, newerThan = epoch): Promise<void> {
  await removeFromTree(step, tree, TRACES)
  // Empty, not missing: systemd makes an id then, but does not take the boot for an installation's first.
  const machineId = await resolveInTree(tree, '/etc/machine-id')
  if (machineId) await writeFile(machineId, '')
  const newer = ['-newermt', `@${newerThan}`, '-exec', 'touch', '--no-dereference', `--date=@${epoch}`, '{}', '+']
  await step.run('find', [tree, ...newer])
}

/** What a finished tree says of itself: installed packages as `name=version`, and what `uname -r` will say. */
export type TreeFacts = { packages: string[]; kernel: string | null }

/** Reads the facts; no packages when dpkg never worked in the tree, no kernel when it has no link /vmlinuz. */
export async function describeTree(step: BuildStep, tree: string): Promise<TreeFacts> {
  const folder = await resolveInTree(tree, '/var/lib/dpkg/status')
  const packages = folder ? await queryPackages(step, dirname(folder)) : []
  const target = await readlink(join(tree, 'vmlinuz')).catch(() => undefined)
  const kernel = target?.includes('vmlinuz-') ? basename(target).slice('vmlinuz-'.length) : null
  return { packages, kernel }
}
