import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { sha256Hex } from '../../../src/core/ids.ts'

/** `bytes` of a disk whose ext4 holds files of `dataBytes`. */
export type DiskOrder = { bytes: number; dataBytes: number }
/** A raw disk of real files, the same with about 5 % of them replaced inside of its file system, and how much that is. */
export type BenchDisk = DiskOrder & { first: string; second: string; replacedBytes: number }

type SourceFile = { path: string; bytes: number }

const SOURCE = '/usr'
const REPLACED_SHARE = 0.05
const MOST_BYTES = 64 << 20
/** Names that debugfs takes without quotes. */
const PLAIN = /^[A-Za-z0-9/._+-]+$/

/** Makes both disks in `folder` from this system's own files, never mounted. */
export async function makeDisk(folder: string, order: DiskOrder): Promise<BenchDisk> {
  const wanted = order.dataBytes * (1 + 2 * REPLACED_SHARE)
  const all = await takeFiles(SOURCE, wanted)
  const files: SourceFile[] = []
  let left = order.dataBytes
  while (left > 0) left -= files[files.push(all.shift()!) - 1]!.bytes
  const [first, second, tree] = [join(folder, 'first.raw'), join(folder, 'second.raw'), join(folder, 'tree')]
  await copyTree(files, folder, tree)
  await execa('mke2fs', ['-q', '-t', 'ext4', '-d', tree, first, `${order.bytes / 1024}k`])
  await execa('rm', ['-rf', tree])
  await execa('cp', ['--sparse=always', first, second])
  const replacedBytes = await replace(second, files, all, order.dataBytes * REPLACED_SHARE)
  return { ...order, first, second, replacedBytes }
}

/** Files of a folder in the order of their names until they have so many bytes; each inode once. */
async function takeFiles(root: string, bytes: number): Promise<SourceFile[]> {
  const [files, inodes] = [[] as SourceFile[], new Set<number>()]
  let left = bytes
  const walk = async (folder: string): Promise<void> => {
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      if (left <= 0) return
      if (entry.isDirectory()) await walk(path)
      if (!entry.isFile() || !PLAIN.test(path)) continue
      const { size, ino } = await stat(path)
      if (size === 0 || size > MOST_BYTES || inodes.has(ino)) continue
      inodes.add(ino)
      files.push({ path, bytes: size })
      left -= size
    }
  }
  await walk(root)
  if (left > 0) throw new Error(`expected ${root} to have ${bytes} bytes of files, got ${bytes - left}`)
  return files
}

async function copyTree(files: SourceFile[], folder: string, tree: string): Promise<void> {
  const list = join(folder, 'files')
  await writeFile(list, files.map(({ path }) => path.slice(1)).join('\n'))
  await execa('mkdir', ['-p', tree])
  await execa('bash', ['-c', 'set -o pipefail; tar -C / -c -T "$0" | tar -C "$1" -x', list, tree])
}

/** Replaces the files of whole folders here and there, as an upgrade of packages does, until so many bytes are new. */
async function replace(disk: string, files: SourceFile[], others: SourceFile[], bytes: number): Promise<number> {
  const folders = Map.groupBy(files, ({ path }) => path.slice(0, path.lastIndexOf('/')))
  const order = [...folders.keys()].sort((a, b) => (sha256Hex(a) < sha256Hex(b) ? -1 : 1))
  const chosen = order.flatMap((name) => folders.get(name)!)
  const commands: string[] = []
  let done = 0
  for (const { path } of chosen) {
    const other = others.shift()
    if (done >= bytes || !other) break
    commands.push(`rm ${path}`, `write ${other.path} ${path.slice(path.lastIndexOf('/') + 1)}`)
    commands.splice(-1, 0, `cd ${path.slice(0, path.lastIndexOf('/'))}`)
    done += other.bytes
  }
  const { stderr } = await execa('debugfs', ['-w', '-f', '-', disk], { input: commands.join('\n') })
  const fault = stderr.split('\n').find((line) => !line.startsWith('debugfs '))
  if (fault) throw new Error(`expected debugfs to replace ${commands.length / 3} files, got ${fault}`)
  return done
}
