import { createAptHelper } from '../../src/packages/apt-helper.ts'
import { createPackageCache } from '../../src/packages/package-cache.ts'

// Fetches one file until it is killed: `cache-host.ts {"folder","url","path"}`.
const { folder, url, path } = JSON.parse(process.argv[2]!)
const source = { name: 'test', url, pinnedAt: undefined }
const cache = createPackageCache({
  ...{ folder, mostBytes: 1e9, freshMs: 1000, clock: { now: () => Date.now() }, fetch: createAptHelper() },
  sources: { find: async () => source, list: async () => [source] },
  asked: () => {},
})
await cache.open({ source: 'test', path }, '127.0.0.1')
console.log('open')
