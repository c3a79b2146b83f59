import type { BuildStep } from './build-step.ts'
import type { Recipe } from './recipe.ts'

/** Upgrades and adds packages inside of a tree with the host's apt, so that the tree needs no network of its own. */
export async function upgradePackages(step: BuildStep, change: Recipe['change'], tree: string): Promise<void> {
  const wanted = [
    ...(change.upgrade ? [['dist-upgrade']] : []),
    ...(change.packages.length ? [['install', ...change.packages]] : []),
  ]
  if (wanted.length === 0) return
  await step.run('apt-get', [...aptOptions(tree), 'update'])
  for (const args of wanted) {
    await step.run('unshare', [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
      ENTER,
      'apt',
      tree,
      ...aptOptions(tree),
      '--yes',
      ...args,
    ])
  }
}

/** Maintainer scripts want /proc and /dev; the mounts end with the namespace. No script may start a service. */
const ENTER = `
set -e
tree=$1
shift
mount --make-rprivate /
mount -t proc proc "$tree/proc"
mount --rbind /sys "$tree/sys"
mount --rbind /dev "$tree/dev"
mount -t tmpfs tmpfs "$tree/run"
printf '#!/bin/sh\\nexit 101\\n' > "$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
apt-get "$@"
rm "$tree/usr/sbin/policy-rc.d"
`

const aptOptions = (tree: string): string[] =>
  [
    `Dir=${tree}`,
    `DPkg::Chroot-Directory=${tree}`,
    'APT::Architecture=amd64',
    'APT::Sandbox::User=root',
    'APT::Install-Recommends=false',
    'DPkg::Options::=--force-confold',
  ].flatMap((option) => ['-o', option])
