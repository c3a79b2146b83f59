import { lstat, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LINUX_RULES, type TreeRule } from './tree-rules.ts'

/** What the version is called, for the file in which a system tells it. */
export type SystemName = { name: string; version: string }

/**
 * Applies the rules for Linux to a mounted file system whose root stands for `place` of the system (`''` for `/`, `/var`).
 * Answers with the rules that found something. No symbolic link is followed: nothing outside of the tree is touched.
 */
export async function generaliseTree(root: string, place: '' | '/var'): Promise<string[]> {
  const applied: string[] = []
  for (const rule of LINUX_RULES) if ((await applyRule(root, place, rule)) > 0) applied.push(rule.id)
  return applied
}

/** Makes the system tell the version that it becomes. */
export const nameSystem = (root: string, { name, version }: SystemName): Promise<void> =>
  writeFile(join(root, 'etc/slipway-release'), `SLIPWAY_IMAGE=${name}\nSLIPWAY_VERSION=${version}\n`)

async function applyRule(root: string, place: string, { remove = [], empty = [], clear = [] }: TreeRule) {
  let changed = 0
  for (const path of await findAll(root, place, remove)) {
    await rm(path, { recursive: true, force: true })
    changed += 1
  }
  for (const path of await findAll(root, place, empty)) changed += await emptyFile(path)
  for (const path of await findAll(root, place, clear)) changed += await clearFolder(path)
  return changed
}

async function emptyFile(path: string): Promise<number> {
  const found = await lstat(path)
  if (!found.isFile() || found.size === 0) return 0
  await truncate(path, 0)
  return 1
}

async function clearFolder(path: string): Promise<number> {
  const entries = await entriesOf(path)
  let changed = 0
  for (const entry of entries) {
    const below = join(path, entry.name)
    if (entry.isDirectory()) changed += await clearFolder(below)
    else {
      await rm(below, { force: true })
      changed += 1
    }
  }
  return changed
}

async function findAll(root: string, place: string, patterns: readonly string[]): Promise<string[]> {
  const own = patterns.filter((pattern) => pattern.startsWith(`${place}/`))
  const found = await Promise.all(
    own.map((pattern) =>
      find(
        root,
        pattern
          .slice(place.length)
          .split('/')
          .filter((name) => name !== ''),
      ),
    ),
  )
  return found.flat()
}

/** The paths that fit, each of whose folders is a folder and no link. */
async function find(folder: string, names: readonly string[]): Promise<string[]> {
  const [name, ...rest] = names
  if (name === undefined) return [folder]
  const fits = patternOf(name)
  const entries = (await entriesOf(folder)).filter((entry) => fits.test(entry.name))
  if (rest.length === 0) return entries.map((entry) => join(folder, entry.name))
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => find(join(folder, entry.name), rest))
  return (await Promise.all(below)).flat()
}

/** The names in a folder; none where there is no such folder. */
const entriesOf = (folder: string) => readdir(folder, { withFileTypes: true }).catch(() => [])

const patternOf = (name: string): RegExp =>
  new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
