import { execFileSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const MIB = 1024 * 1024

/** A file for a disk: its path below the root, and its bytes. */
export type TreeFiles = Readonly<Record<string, string | Uint8Array>>

/** Writes files below a folder. */
export function writeTree(root: string, files: TreeFiles): string {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), bytes)
  }
  return root
}

/** A disk file with a GPT: FAT with `boot` in the first partition, ext4 with the folder `root` in the second, nothing known in the third. */
export function makeDisk(folder: string, root: string, boot: TreeFiles): string {
  const disk = join(folder, 'disk.raw')
  const run = (program: string, ...args: string[]): void =>
    void execFileSync(program, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  writeFileSync(disk, '')
  truncateSync(disk, 64 * MIB)
  const table =
    'label: gpt\nstart=2048,size=16384,type=U\nstart=18432,size=65536,type=L\nstart=83968,size=8192,type=L\n'
  execFileSync('sfdisk', ['--quiet', disk], { input: table, stdio: ['pipe', 'ignore', 'ignore'] })
  run('mkfs.vfat', '-F', '16', '-s', '1', '--offset', '2048', disk, '8192')
  const bootTree = writeTree(join(folder, 'boot'), boot)
  for (const path of Object.keys(boot)) run('mcopy', '-i', `${disk}@@${2048 * 512}`, join(bootTree, path), `::${path}`)
  run('mke2fs', '-q', '-t', 'ext4', '-d', root, '-E', `offset=${18432 * 512}`, disk, '32M')
  return disk
}
