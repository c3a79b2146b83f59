import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { inParallel } from '../core/in-parallel.ts'
import type { PackageFile } from './package-index.ts'

/** Where files are while they come in; no source has such a name. */
export const PARTIAL = '.partial'
const STATS_AT_ONCE = 16

/** Every whole file below the folder, the one that was longest not asked for first. */
export async function walkPackages(folder: string): Promise<PackageFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: PackageFile[] = []
  await inParallel(
    entries.filter((entry) => entry.isFile()),
    STATS_AT_ONCE,
    async ({ parentPath, name }) => {
      const place = join(parentPath, name)
      const [source, ...steps] = place.slice(folder.length + 1).split('/')
      if (steps.length === 0 || source === PARTIAL) return
      const { size, atimeMs, mtimeMs } = await stat(place)
      const times = { askedAt: atimeMs, checkedAt: mtimeMs }
      found.push({ source: source!, path: steps.join('/'), bytes: size, ...times, uses: 0 })
    },
  )
  return found.sort((one, other) => one.askedAt - other.askedAt)
}

/** Keeps with the file when it was asked for and checked: its times of access and change, which the next start reads. */
export const writeTimes = (place: string, { askedAt, checkedAt }: PackageFile): Promise<void> =>
  utimes(place, askedAt / 1000, checkedAt / 1000).catch(() => {})

/** True when a file was there and has the bytes of the other. */
export async function isSameFile(old: string, fresh: string): Promise<boolean> {
  const [before, now] = await Promise.all([readFile(old).catch(() => undefined), readFile(fresh)])
  return before?.equals(now) ?? false
}

/**
 * Makes a folder. A file in its way is one that an archive gave for the name of a folder (a listing): it is removed, and
 * its path below the root is returned.
 */
export async function makeFolder(root: string, folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true })
    return undefined
  } catch (error) {
    if (!['EEXIST', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) throw error
    const inWay = await fileInWay(root, folder)
    if (inWay === undefined) throw error
    await rm(inWay)
    await mkdir(folder, { recursive: true })
    return inWay.slice(root.length + 1)
  }
}

async function fileInWay(root: string, folder: string): Promise<string | undefined> {
  let at = root
  for (const step of folder.slice(root.length + 1).split('/')) {
    at = join(at, step)
    const found = await stat(at).catch(() => undefined)
    if (!found?.isDirectory()) return found && at
  }
  return undefined
}
