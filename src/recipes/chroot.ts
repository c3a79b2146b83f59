import type { BuildStep } from './build-step.ts'

/** The kernel's own file systems live in a mount namespace that ends with the command: no mount outlives a step. */
const ENTER = `
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$1/run"
mount -t proc proc "$1/proc"
mount --rbind /sys "$1/sys"
mount --rbind /dev "$1/dev"
exec chroot "$1" /bin/sh -ec "$2"
`

/** Runs a shell command as root of `tree`, without network. Throws recipe.failed. */
export function runInTree(step: BuildStep, tree: string, command: string): Promise<string> {
  const namespaces = ['--mount', '--pid', '--fork', '--uts', '--ipc', '--net', '--kill-child']
  return step.run('unshare', [...namespaces, 'sh', '-c', ENTER, 'enter', tree, command])
}
