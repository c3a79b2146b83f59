import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { createTurns } from '../core/in-turn.ts'
import { isSameFile, makeFolder, PARTIAL, walkPackages, writeTimes } from './package-folder.ts'
import { createPackageIndex, type FileName, type PackageFile } from './package-index.ts'
import { isImmutable, isRelease } from './package-path.ts'

export type PackageFilesDeps = {
  folder: string
  mostBytes: number
  /** Sources of which nothing is removed to make room. */
  pinned(): Promise<ReadonlySet<string>>
  clock: Clock
}

export type PackageFiles = Awaited<ReturnType<typeof openPackageFiles>>

/** How exactly the file system knows when a file was asked for. */
const MINUTE_MS = 60_000

/**
 * The files of the cache and how much room they take: found by a walk now, counted from then on. What a service that was
 * killed had not fetched whole is removed, and what is too much.
 */
export async function openPackageFiles({ folder, mostBytes, pinned, clock }: PackageFilesDeps) {
  await rm(join(folder, PARTIAL), { recursive: true, force: true })
  await mkdir(join(folder, PARTIAL), { recursive: true })
  const index = createPackageIndex()
  for (const file of await walkPackages(folder)) index.put(file)
  const inTurn = createTurns()
  const placeOf = ({ source, path }: FileName): string => join(folder, source, path)
  const makeRoom = async (bytes: number): Promise<boolean> => {
    for (const file of index.surplus(bytes, mostBytes, await pinned())) {
      index.remove(file)
      await rm(placeOf(file), { force: true })
    }
    return index.usedBytes() + bytes <= mostBytes
  }
  await makeRoom(0)
  return {
    placeOf,
    /** A file that is here; one that somebody removed or cut is as if it had never been. */
    find: async (name: FileName): Promise<PackageFile | undefined> => {
      const file = index.find(name)
      if (!file || (await isWhole(placeOf(file), file.bytes))) return file
      index.remove(file)
      return undefined
    },
    totals: index.totals,
    usedBytes: index.usedBytes,
    /** The bytes that one file may have: what is pinned stays. */
    roomBytes: async (): Promise<number> => {
      const totals = index.totals()
      const room = [...(await pinned())].reduce((left, name) => left - (totals.get(name)?.bytes ?? 0), mostBytes)
      return Math.max(0, room)
    },
    /** Counts an answer that is about to read a file, until the function that it returns is called. */
    use: (file: PackageFile): (() => void) => {
      const isLater = clock.now() - file.askedAt >= MINUTE_MS
      file.askedAt = clock.now()
      file.uses++
      if (index.find(file) === file) index.put(file)
      if (isLater) void writeTimes(placeOf(file), file)
      return () => void file.uses--
    },
    /** A new folder in which one file may come in. */
    partial: (): Promise<string> => mkdtemp(join(folder, PARTIAL, 'fetch-')),
    /** Puts a file that came in whole in its place. Throws storage.full where what is pinned or in use leaves no room. */
    keep: (name: FileName, partial: string): Promise<PackageFile> =>
      inTurn(async () => {
        const file = await measured(name, partial, clock.now())
        const old = index.find(name)
        if (old) old.uses++
        const hasRoom = await makeRoom(file.bytes - (old?.bytes ?? 0)).finally(() => old && old.uses--)
        if (!hasRoom) throw noRoom(file, mostBytes)
        const isNews = isRelease(name.path) && !(await isSameFile(placeOf(name), partial))
        await moveIn(index, folder, file, partial)
        if (isNews) for (const list of listsOf(index, file)) await writeTimes(placeOf(list), list)
        index.put(file)
        return file
      }),
    /** Removes all of a source. */
    drop: (source: string): Promise<void> =>
      inTurn(async () => {
        for (const file of index.ofSource(source)) index.remove(file)
        await rm(join(folder, source), { recursive: true, force: true })
      }),
  }
}

const isWhole = async (place: string, bytes: number): Promise<boolean> =>
  (await stat(place).catch(() => undefined))?.size === bytes

async function measured(name: FileName, partial: string, now: number): Promise<PackageFile> {
  const { size } = await stat(partial)
  return { ...name, bytes: size, askedAt: now, checkedAt: now, uses: 0 }
}

/** The times are set before: who is killed after the renaming leaves a file that is as old as it is. */
async function moveIn(
  index: ReturnType<typeof createPackageIndex>,
  folder: string,
  file: PackageFile,
  partial: string,
): Promise<void> {
  const place = join(folder, file.source, file.path)
  await writeTimes(partial, file)
  const gone = await makeFolder(folder, dirname(place))
  if (gone) index.remove({ source: file.source, path: gone.slice(file.source.length + 1) })
  await rename(partial, place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EISDIR') throw error
    throw new AppError('package.not_found', `expected a file, ${file.source}/${file.path} is a folder of packages`)
  })
}

/** The lists that a changed Release speaks of: the ones that are here are of the state before, and are asked for again. */
function listsOf(index: ReturnType<typeof createPackageIndex>, { source, path }: FileName): PackageFile[] {
  const below = path.slice(0, path.lastIndexOf('/') + 1)
  const lists = index.ofSource(source).filter((file) => file.path.startsWith(below) && !isImmutable(file.path))
  for (const list of lists) list.checkedAt = 0
  return lists
}

const noRoom = ({ source, path, bytes }: PackageFile, most: number): AppError =>
  new AppError(
    'storage.full',
    `expected room for the ${bytes} bytes of ${source}/${path} in a cache of ${most}: the rest is pinned or in use`,
  )
