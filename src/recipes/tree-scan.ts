import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** One entry of a tree: permission bits, owner, time of change in seconds; `content`: SHA-256 of a file, target of a link. */
export type TreeEntry = {
  type: 'file' | 'folder' | 'link' | 'other'
  mode: number
  uid: number
  gid: number
  mtime: number
  size: number
  content: string
}

/** All entries below a folder by their path inside of it, `/` itself included; sorted, so that parents come first. */
export type TreeScan = ReadonlyMap<string, TreeEntry>

/** Reads a tree whole. `/lost+found` belongs to the file system and is left out. */
export async function scanTree(tree: string): Promise<TreeScan> {
  const found = new Map<string, TreeEntry>()
  const walk = async (path: string): Promise<void> => {
    const entry = await readEntry(join(tree, path))
    found.set(path, entry)
    if (entry.type !== 'folder') return
    for (const name of (await readdir(join(tree, path))).sort()) {
      const inner = path === '/' ? `/${name}` : `${path}/${name}`
      if (inner !== '/lost+found') await walk(inner)
    }
  }
  await walk('/')
  return found
}

async function readEntry(path: string): Promise<TreeEntry> {
  const facts = await lstat(path)
  const common = { mode: facts.mode & 0o7777, uid: facts.uid, gid: facts.gid, mtime: Math.floor(facts.mtimeMs / 1000) }
  if (facts.isDirectory()) return { type: 'folder', ...common, size: 0, content: '' }
  if (facts.isSymbolicLink()) return { type: 'link', ...common, size: 0, content: await readlink(path) }
  if (!facts.isFile()) return { type: 'other', ...common, size: 0, content: String(facts.rdev) }
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part)
  return { type: 'file', ...common, size: facts.size, content: hash.digest('hex') }
}
