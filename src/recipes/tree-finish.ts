import { readlink, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
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

/** Takes a build's traces out of a tree and makes times newer than `epoch` (s) that one. */
export async function finishTree(step: BuildStep, tree: string, epoch: number): Promise<void> {
  await removeFromTree(step, tree, TRACES)
  const machineId = await resolveInTree(tree, '/etc/machine-id')
  if (machineId) {
    await rm(machineId, { force: true })
    // Empty, not missing: systemd makes an id then, but does not take the boot for an installation's first.
    await writeFile(machineId, '').catch(() => step.line('no /etc in the tree'))
  }
  const newer = ['-newermt', `@${epoch}`, '-exec', 'touch', '--no-dereference', `--date=@${epoch}`, '{}', '+']
  await step.run('find', [tree, ...newer])
}

/** The installed packages of a tree as sorted `name=version`; none when dpkg never worked in it. */
export async function installedPackages(step: BuildStep, tree: string): Promise<string[]> {
  const folder = await resolveInTree(tree, '/var/lib/dpkg')
  return folder ? queryPackages(step, folder) : []
}

/** What `uname -r` will say: the release in the name that the link /vmlinuz leads to, or null without one. */
export async function kernelRelease(tree: string): Promise<string | null> {
  const target = await readlink(join(tree, 'vmlinuz')).catch(() => undefined)
  return target?.includes('vmlinuz-') ? basename(target).slice('vmlinuz-'.length) : null
}
