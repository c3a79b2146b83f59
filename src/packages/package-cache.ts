import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { AppError, hasCode } from '../core/errors.ts'
import { createLanes, type LaneLimits } from '../core/lanes.ts'
import type { FetchFile } from './apt-helper.ts'
import { type GrowingFile, type Incoming, openGrowing } from './growing-file.ts'
import { openPackageFiles, type PackageFiles } from './package-files.ts'
import type { FileName, PackageFile } from './package-index.ts'
import { encodePackagePath, isImmutable, promisedDigest } from './package-path.ts'
import { createRecentFailures } from './recent-failures.ts'

export const FETCH_LANES: LaneLimits = { width: 4, mostWaiting: 512, of: 'fetches of packages' }

/** A source as the cache sees it: where its archive is, and since when it is frozen. */
export type CachedSource = { name: string; url: string; pinnedAt: number | undefined }

/** How what was asked for was found. `stale`: its archive does not answer, and this is what it last gave. */
export type PackageOutcome = 'hit' | 'fetched' | 'stale' | 'notFound' | 'unreachable'

/** What a machine asked for, and what became of it: `bytes` of the file, and how long it took until it was there. */
export type PackageAsking = FileName & {
  address: string
  outcome: PackageOutcome
  bytes: number
  milliseconds: number
}

/** A file that may be read until `release` is called. With `growing` it is still coming in, and has no place. */
export type OpenPackage = { release(): void } & ({ place: string; bytes: number } | { growing: GrowingFile })

export type PackageCacheDeps = {
  folder: string
  mostBytes: number
  /** How old lists may be. */
  freshMs: number
  sources: { find(name: string): Promise<CachedSource | undefined>; list(): Promise<CachedSource[]> }
  fetch: FetchFile
  /** Told of everything that a machine asked for. */
  asked(asking: PackageAsking): void
  clock: Clock
  lanes?: LaneLimits
  /** After how long who waits is given what has come so far. */
  patienceMs?: number
}

export type PackageCache = ReturnType<typeof createPackageCache>

type Found =
  | { file: PackageFile; outcome: 'hit' | 'fetched' | 'stale' }
  | { growing: GrowingFile; whole: Promise<PackageFile> }

/** A fetch that is under way, shared by all who ask for its file. */
type Fetching = Incoming & { whole: Promise<PackageFile> }

const PATIENCE_MS = 2000

/** Packages of archives, fetched when a machine first asks and kept. Nothing is read or removed before the first use. */
export function createPackageCache(deps: PackageCacheDeps) {
  const { folder, mostBytes, sources, clock } = deps
  const pinned = async (): Promise<Set<string>> =>
    new Set((await sources.list()).filter(({ pinnedAt }) => pinnedAt !== undefined).map(({ name }) => name))
  let opened: Promise<PackageFiles> | undefined
  const files = (): Promise<PackageFiles> => {
    opened ??= openPackageFiles({ folder, mostBytes, pinned, clock }).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
  const find = createFinder(deps, files)
  return {
    /** Walks the folder, so that the first machine does not wait for it. */
    start: async (): Promise<void> => void (await files()),
    /** Ends what is being fetched. */
    stop: find.stop,
    /**
     * A file of a source, from here or from its archive; with `mayGrow` one that takes long is given while it comes in.
     * Throws package.not_found, package.unreachable, package.too_large, storage.full, request.too_many.
     */
    open: async (name: FileName, address: string, mayGrow = false): Promise<OpenPackage> => {
      const started = performance.now()
      const source = await find.source(name.source)
      const tell = (outcome: PackageOutcome, bytes: number): void =>
        deps.asked({ ...name, address, outcome, bytes, milliseconds: Math.round(performance.now() - started) })
      const tellFailure = (error: unknown): void =>
        tell(hasCode(error, 'package.not_found') ? 'notFound' : 'unreachable', 0)
      try {
        const all = await files()
        const found = await find.file(source, name, mayGrow)
        if ('growing' in found) {
          found.whole.then(({ bytes }) => tell('fetched', bytes), tellFailure)
          return { growing: found.growing, release: () => void found.growing.handle.close() }
        }
        const { file, outcome } = found
        const release = all.use(file)
        tell(outcome, file.bytes)
        return { place: all.placeOf(file), bytes: file.bytes, release }
      } catch (error) {
        tellFailure(error)
        throw error
      }
    },
    /** Removes all that is kept of a source. */
    drop: async (source: string): Promise<void> => (await files()).drop(source),
    totals: async () => (await files()).totals(),
    usedBytes: async (): Promise<number> => (await files()).usedBytes(),
    mostBytes,
  }
}

/** Finds a file here, or fetches it: once for all who ask at the same time. */
function createFinder(deps: PackageCacheDeps, files: () => Promise<PackageFiles>) {
  const { sources, clock, freshMs } = deps
  const inLane = createLanes(deps.lanes ?? FETCH_LANES)
  const fetching = new Map<string, Fetching>()
  const failures = createRecentFailures(clock)
  const stopped = new AbortController()

  const fetchNow = async (
    source: CachedSource,
    name: FileName,
    known: (place: string) => void,
  ): Promise<PackageFile> => {
    // Asked again when its turn comes: an archive that went away meanwhile would keep everybody else waiting.
    failures.assertNone(source.url, name.path)
    const all = await files()
    const partial = await all.partial()
    try {
      const url = `${source.url.replace(/\/+$/, '')}/${encodePackagePath(name.path)}`
      const wish = { url, target: join(partial, 'file'), mostBytes: await all.roomBytes() }
      known(wish.target)
      await deps.fetch({ ...wish, digest: promisedDigest(name.path) }, stopped.signal)
      await assertStillWanted(sources, source, name)
      return await all.keep(name, wish.target)
    } finally {
      await rm(partial, { recursive: true, force: true })
    }
  }
  const fetchOnce = (source: CachedSource, name: FileName): Fetching => {
    const key = `${source.url} ${name.source}/${name.path}`
    const running = fetching.get(key)
    if (running) return running
    const known = (place: string): void => {
      started.place = place
    }
    const whole = inLane(() => fetchNow(source, name, known))
      .catch((error: unknown) => {
        failures.note(source.url, name.path, error)
        throw error
      })
      .finally(() => fetching.delete(key))
    // Each who asked hears of a failure by himself.
    whole.catch(() => {})
    const started: Fetching = { place: undefined, whole }
    fetching.set(key, started)
    return started
  }
  const source = async (name: string): Promise<CachedSource> => {
    const found = await sources.find(name)
    if (found) return found
    throw new AppError('package.not_found', `expected a source of packages, there is no ${name}`)
  }
  const file = async (source: CachedSource, name: FileName, mayGrow: boolean): Promise<Found> => {
    const here = await (await files()).find(name)
    if (here && isGood(here, source, clock.now() - freshMs)) return { file: here, outcome: 'hit' }
    if (source.pinnedAt !== undefined && !isImmutable(name.path)) throw notPinned(name)
    try {
      failures.assertNone(source.url, name.path)
      const started = fetchOnce(source, name)
      // Where an older one is here it is what is given when the fetch fails, which is known at its end.
      const growing = mayGrow && !here ? await openGrowing(started, deps.patienceMs ?? PATIENCE_MS) : undefined
      if (growing) return { growing, whole: started.whole }
      return { file: await started.whole, outcome: 'fetched' }
    } catch (error) {
      if (here && hasCode(error, 'package.unreachable')) return { file: here, outcome: 'stale' }
      throw error
    }
  }
  const stop = async (): Promise<void> => {
    stopped.abort()
    await Promise.allSettled([...fetching.values()].map(({ whole }) => whole))
  }
  return { source, file, stop }
}

const isGood = (file: PackageFile, source: CachedSource, since: number): boolean =>
  isImmutable(file.path) || source.pinnedAt !== undefined || file.checkedAt > since

/** A source may have been removed, moved or pinned while a file of it came in. */
async function assertStillWanted(
  sources: PackageCacheDeps['sources'],
  before: CachedSource,
  name: FileName,
): Promise<void> {
  const now = await sources.find(before.name)
  if (now?.url !== before.url)
    throw new AppError('package.not_found', `expected the source ${before.name} as it was, it was changed meanwhile`)
  if (now.pinnedAt !== undefined && !isImmutable(name.path)) throw notPinned(name)
}

const notPinned = ({ source, path }: FileName): AppError =>
  new AppError('package.not_found', `expected a file that ${source} had when it was pinned, got ${path}`)
