import { access, readdir, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CapturedBoot } from '../../protocol/capture-door.ts'

/** Which part of a Linux system a mounted file system holds: `''` its root, `/var`, or undefined when neither. */
export async function placeOf(root: string): Promise<'' | '/var' | undefined> {
  const has = (path: string): Promise<boolean> => exists(join(root, path))
  if ((await has('etc/passwd')) && ((await has('usr/lib')) || (await has('lib')))) return ''
  if ((await has('log')) && (await has('lib')) && (await has('spool'))) return '/var'
  return undefined
}

/** What the system on a mounted root says of its start: its kernel, and how a machine's own facts get in. */
export async function startFacts(root: string): Promise<Pick<CapturedBoot, 'kernel' | 'seed'>> {
  const has = (path: string): Promise<boolean> => exists(join(root, path))
  const isTold = await has('usr/bin/curl')
  const init = (await has('usr/lib/systemd/systemd')) || (await has('lib/systemd/systemd')) ? 'systemd' : 'none'
  const seed = (await has('usr/bin/cloud-init')) ? 'nocloud' : init
  // What proves the system after its start hands in its facts with curl.
  return { kernel: await kernelOf(root), seed: isTold ? seed : 'none' }
}

async function kernelOf(root: string): Promise<string | null> {
  for (const link of ['vmlinuz', 'boot/vmlinuz']) {
    const target = await readlink(join(root, link)).catch(() => '')
    if (target.includes('vmlinuz-')) return basename(target).slice('vmlinuz-'.length)
  }
  const folders = ['usr/lib/modules', 'lib/modules'].map((path) => readdir(join(root, path)).catch(() => []))
  const releases = new Set((await Promise.all(folders)).flat())
  return releases.size === 1 ? [...releases][0]! : null
}

/** True for a path that is there, a broken link too: it may lead somewhere once the system runs. */
const exists = (path: string): Promise<boolean> =>
  Promise.any([access(path), readlink(path)]).then(
    () => true,
    () => false,
  )
