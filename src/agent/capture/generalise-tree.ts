import { lstat, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../core/errors.ts'
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

/** Makes the system tell the version that it becomes. What a link there leads to is not written. */
export async function nameSystem(root: string, { name, version }: SystemName): Promise<void> {
  const file = join(root, 'etc/slipway-release')
  if (!(await lstat(join(root, 'etc'))).isDirectory()) refuseLink('/etc')
  await rm(file, { recursive: true, force: true })
  await writeFile(file, `SLIPWAY_IMAGE=${name}\nSLIPWAY_VERSION=${version}\n`, { flag: 'wx' })
}

/** Throws capture.not_generalised on a file system that is none of a Linux that is known here, and has a machine's keys. */
export async function assertNothingHidden(root: string): Promise<void> {
  const [keys, deployments] = await Promise.all([
    find(root, ['etc', 'ssh', 'ssh_host_*']),
    find(root, ['ostree', 'deploy', '*']),
  ])
  const hidden = [...keys, ...deployments][0]?.slice(root.length)
  if (hidden === undefined) return
  throw new AppError('capture.not_generalised', `expected data or a Linux of a known layout, got ${hidden}`)
}

async function applyRule(root: string, place: string, rule: TreeRule) {
  const { remove = [], empty = [], clear = [], isIdentity = false } = rule
  if (isIdentity) await assertPlain(root, place, [...remove, ...empty])
  let changed = 0
  for (const path of await findAll(root, place, remove)) {
    await rm(path, { recursive: true, force: true })
    changed += 1
  }
  for (const path of await findAll(root, place, empty)) changed += await emptyFile(path)
  for (const path of await findAll(root, place, clear)) changed += await clearFolder(path)
  return changed
}

/** What makes a machine that machine must be where it is looked for, and not where a link leads. */
async function assertPlain(root: string, place: string, patterns: readonly string[]): Promise<void> {
  for (const pattern of patterns.filter((one) => one.startsWith(`${place}/`))) {
    const names = pattern.slice(place.length).split('/').slice(1)
    for (let depth = 1; depth < names.length; depth += 1)
      if ((await lstatOf(join(root, ...names.slice(0, depth))))?.isSymbolicLink()) refuseLink(pattern)
  }
}

function refuseLink(path: string): never {
  throw new AppError('capture.not_generalised', `expected ${path} without links on its way, got one`)
}

const lstatOf = (path: string) => lstat(path).catch(() => undefined)

async function emptyFile(path: string): Promise<number> {
  const found = await lstat(path)
  if (found.isSymbolicLink()) refuseLink(basename(path))
  if (!found.isFile() || found.size === 0) return 0
  await truncate(path, 0)
  return 1
}

/** A link is left as it is: what it leads to may be outside of the tree. */
async function clearFolder(path: string): Promise<number> {
  if (!(await lstat(path)).isDirectory()) return 0
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
const entriesOf = (folder: string) =>
  readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })

const patternOf = (name: string): RegExp =>
  new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
