import { readdir } from 'node:fs/promises'
import { createAptHelper, type FetchTimes } from '../../src/packages/apt-helper.ts'
import {
  type CachedSource,
  createPackageCache,
  type PackageAsking,
  type PackageCacheDeps,
} from '../../src/packages/package-cache.ts'
import { put, startUpstream, temporaryFolder } from './archive.ts'

/** A cache over an upstream on loopback that holds what a test puts there; time and sources are the test's. */
export async function createCache(
  mostBytes = 1e9,
  times: FetchTimes = { wholeMs: 20_000, silentSeconds: 1 },
  more: Pick<PackageCacheDeps, 'lanes' | 'patienceMs'> = {},
) {
  const [held, folder] = [await temporaryFolder('upstream'), await temporaryFolder('cache')]
  const upstream = await startUpstream(held)
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z'), now: () => clock.ms }
  const sources: CachedSource[] = ['one', 'two'].map((name) => ({ name, url: upstream.url, pinnedAt: undefined }))
  const askings: PackageAsking[] = []
  const open = (mostBytes: number) =>
    createPackageCache({
      ...{ folder, mostBytes, freshMs: 300_000, clock, fetch: createAptHelper(times), ...more },
      sources: { find: async (wanted) => sources.find(({ name }) => name === wanted), list: async () => sources },
      asked: (asking) => askings.push(asking),
    })
  const state = { cache: open(mostBytes) }
  const get = async (path: string, source = 'one'): Promise<string> => {
    const file = await state.cache.open({ source, path }, '127.0.0.1')
    file.release()
    if ('growing' in file) throw new Error('expected a whole file, got one that grows')
    return file.place
  }
  return {
    ...{ folder, upstream, clock, sources, askings, state, get },
    put: (path: string, bytes: string | Uint8Array) => put(held, path, bytes),
    /** The same folder in a service that was started anew. */
    restart: (most = mostBytes) => {
      state.cache = open(most)
    },
    /** Files that are kept, of all sources. */
    kept: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(folder.length + 1))
        .sort()
    },
    outcomes: () => askings.map(({ outcome }) => outcome),
  }
}
