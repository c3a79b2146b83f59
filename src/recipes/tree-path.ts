import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

const MAX_LINKS = 40

/**
 * The path outside of what `path` means inside `tree`, following links as a chroot would: an absolute link starts at the
 * tree, and nothing leaves it. The last part may be missing. Undefined when a part before it is missing.
 */
export async function resolveInTree(tree: string, path: string): Promise<string | undefined> {
  const left = path.split('/').filter(Boolean)
  let done: string[] = []
  let links = 0
  while (left.length > 0) {
    const part = left.shift()!
    if (part === '.') continue
    if (part === '..') {
      done.pop()
      continue
    }
    const here = join(tree, ...done, part)
    const found = await lstat(here).catch(() => undefined)
    if (!found && left.length > 0) return undefined
    if (!found?.isSymbolicLink()) {
      done.push(part)
      continue
    }
    links += 1
    if (links > MAX_LINKS) return undefined
    const target = await readlink(here)
    if (target.startsWith('/')) done = []
    left.unshift(...target.split('/').filter(Boolean))
  }
  return join(tree, ...done)
}

/** What a pattern with * and ? in its parts matches inside `tree`; folders that are links are not entered. */
export async function matchInTree(tree: string, pattern: string): Promise<string[]> {
  let found = [tree]
  for (const part of pattern.split('/').filter(Boolean)) {
    const next = await Promise.all(found.map((folder) => matchPart(folder, part)))
    found = next.flat()
  }
  return found
}

async function matchPart(folder: string, part: string): Promise<string[]> {
  const isFolder = (await lstat(folder).catch(() => undefined))?.isDirectory()
  if (!isFolder) return []
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  const matcher = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
  const names = await readdir(folder)
  return names
    .filter((name) => matcher.test(name))
    .sort()
    .map((name) => join(folder, name))
}
