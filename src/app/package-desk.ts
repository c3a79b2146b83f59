import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { PackageSource } from '../domain/package-source.ts'
import type { PackageStand, PackageStands } from '../domain/package-stand.ts'
import { createAptHelper } from '../packages/apt-helper.ts'
import { createPackageCache, type PackageAsking } from '../packages/package-cache.ts'
import type { PackageSourceStore } from '../store/package-source-store.ts'
import { createPackageCounts } from './package-counts.ts'

export type PackageDeskParts = {
  settings: Pick<Settings, 'dataFolder' | 'packages'>
  sources: PackageSourceStore
  clock: Clock
  log: Log
}

export type PackageDesk = ReturnType<typeof createPackageDesk>

const GIB = 1024 ** 3
const MINUTE_MS = 60_000

/** The cache of packages, its sources and its numbers, for machines and for people. */
export function createPackageDesk({ settings, sources, clock, log }: PackageDeskParts) {
  const counts = createPackageCounts()
  const observers = new Set<(asking: PackageAsking) => void>([counts.note])
  const cache = createPackageCache({
    folder: join(settings.dataFolder, 'packages'),
    mostBytes: Math.floor(settings.packages.maxGiB * GIB),
    freshMs: settings.packages.freshMinutes * MINUTE_MS,
    ...{ sources, clock, fetch: createAptHelper() },
    asked: (asking) => {
      log.debug({ ...asking }, 'package asked for')
      for (const observe of observers) observe(asking)
    },
  })
  return {
    ...sourceDesk(sources, cache, counts, clock),
    open: cache.open,
    /** Tells `observer` of everything that a machine asks for from now on. */
    observe: (observer: (asking: PackageAsking) => void): void => void observers.add(observer),
    askings: counts.rows,
    usedBytes: cache.usedBytes,
    mostBytes: cache.mostBytes,
    /** Looks at what is there and removes what is too much, beside all else. */
    start: (): void =>
      void cache.start().catch((error: unknown) => log.error({ error: String(error) }, 'packages can not be kept')),
    stop: cache.stop,
  }
}

type Cache = ReturnType<typeof createPackageCache>
type Counts = ReturnType<typeof createPackageCounts>

/** What people do with sources. Throws package.not_found for one that is not there. */
function sourceDesk(sources: PackageSourceStore, cache: Cache, counts: Counts, clock: Clock) {
  const stands = async (): Promise<PackageStands> => {
    const [kept, totals] = [await sources.list(), await cache.totals()]
    const rows = kept.map((source): PackageStand => {
      const { files, bytes } = totals.get(source.name) ?? { files: 0, bytes: 0 }
      return { ...source, files, bytes, ...counts.of(source.name) }
    })
    return { sources: rows, usedBytes: await cache.usedBytes(), mostBytes: cache.mostBytes }
  }
  const named = async (name: string): Promise<PackageStand> => {
    const stand = (await stands()).sources.find((source) => source.name === name)
    if (stand) return stand
    throw new AppError('package.not_found', `expected a source of packages, there is no ${name}`)
  }
  return {
    stands,
    list: async (): Promise<PackageStand[]> => (await stands()).sources,
    find: async (name: string): Promise<PackageStand | undefined> =>
      (await stands()).sources.find((source) => source.name === name),
    /** What is kept is of the archive that it came from: a source with another URL begins anew. Throws package.pinned. */
    save: async (spec: PackageSource): Promise<void> => {
      const before = await sources.find(spec.name)
      const isMoved = before !== undefined && before.url !== spec.url
      if (isMoved && before.pinnedAt !== undefined)
        throw new AppError(
          'package.pinned',
          `expected the URL of the pinned source ${spec.name}, got another: unpin it first`,
        )
      await sources.save(spec)
      if (isMoved) await cache.drop(spec.name)
    },
    /** It stays as it is from now on; one that is pinned keeps its moment. */
    pin: async (name: string): Promise<void> => {
      if ((await named(name)).pinnedAt === undefined) await sources.pin(name, clock.now())
    },
    unpin: async (name: string): Promise<void> => {
      await named(name)
      await sources.pin(name, null)
    },
    /** Removes a source with all that is kept of it. Throws package.pinned. */
    remove: async (name: string): Promise<void> => {
      if ((await named(name)).pinnedAt !== undefined)
        throw new AppError('package.pinned', `expected a source that is not pinned, ${name} is: unpin it first`)
      await sources.remove(name)
      await cache.drop(name)
      counts.forget(name)
    },
  }
}
