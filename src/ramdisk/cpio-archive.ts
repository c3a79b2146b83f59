import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

/** Every path below `folder`, relative, folders before what is in them, sorted by bytes. */
async function listTree(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true })
  const names = entries.map((entry) => ({ path: join(below, entry.name), isFolder: entry.isDirectory() }))
  names.sort((a, b) => (a.path < b.path ? -1 : 1))
  const lists = await Promise.all(
    names.map(async ({ path, isFolder }) => [path, ...(isFolder ? await listTree(folder, path) : [])]),
  )
  return lists.flat()
}

/**
 * Writes `folder` as a newc cpio archive to `file`, through zstd when `compress`. Owners are root, times are `epoch`
 * (seconds), inode numbers are counted: the same tree gives the same bytes.
 */
export async function writeCpio(folder: string, file: string, compress: boolean, epoch = 0): Promise<void> {
  const paths = await listTree(folder)
  await execa('touch', ['--no-dereference', `--date=@${epoch}`, '--', ...paths], { cwd: folder })
  const cpio = execa('cpio', ['--create', '--format=newc', '--reproducible', '--owner=+0:+0', '--quiet', '--null'], {
    cwd: folder,
    input: paths.map((path) => `${path}\0`).join(''),
    ...(compress ? {} : { stdout: { file } }),
    buffer: false,
  })
  if (compress) await cpio.pipe('zstd', ['-q', '-T2', '-9', '-f', '-o', file], { buffer: false })
  else await cpio
}
