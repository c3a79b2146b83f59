import { chmod, mkdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { BuildStep } from './build-step.ts'
import { type Place, quoteForDebugfs, runDebugfs } from './debugfs.ts'

/** Copies all files, folders and links of a file system into a new folder `tree`, with owners, modes and times. */
export async function dumpTree(step: BuildStep, place: Place, tree: string): Promise<void> {
  await mkdir(tree)
  await runDebugfs(step, place, [`rdump / ${quoteForDebugfs(tree)}`])
  const folders = await step.run('find', [tree, '-type', 'd', '-printf', '/%P\\0'])
  const commands = folders
    .split('\0')
    .filter(Boolean)
    .map((path) => `ls -p ${quoteForDebugfs(path)}`)
  const output = await runDebugfs(step, place, commands)
  for (const [path, mode] of specialModes(output)) await chmod(join(tree, path), mode)
}

/** Paths with a set-user-id, set-group-id or sticky bit and their modes, from the output of `ls -p`: rdump drops those bits. */
export function specialModes(output: string): Map<string, number> {
  const found = new Map<string, number>()
  let folder = '/'
  for (const line of output.split('\n')) {
    const command = /^debugfs: ls -p "(.*)"$/.exec(line)
    if (command) folder = command[1]!.replaceAll('""', '"')
    // /inode/mode/uid/gid/name/size/
    const entry = /^\/\d+\/(\d+)\/\d+\/\d+\/([^/]+)\/\d*\/$/.exec(line)
    const mode = entry ? Number.parseInt(entry[1]!, 8) : 0
    if (mode & 0o7000 && entry![2] !== '.' && entry![2] !== '..')
      found.set(posix.join(folder, entry![2]!), mode & 0o7777)
  }
  return found
}
