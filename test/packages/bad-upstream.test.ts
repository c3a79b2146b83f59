import { readdir } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, it, test } from 'vitest'
import { createAptHelper } from '../../src/packages/apt-helper.ts'
import { createPackageCache } from '../../src/packages/package-cache.ts'
import { startUpstream, temporaryFolder } from './archive.ts'
import { createCache } from './cache-fixture.ts'

const LARGE = 5_000_000
/** A cache of a million bytes, so that what is large is too much. */
const MOST = 1_000_000

test.each<[string, (res: ServerResponse) => void, string, RegExp]>([
  ['breaks off', (res) => cut(res.writeHead(200, { 'content-length': 9000 })), 'package.unreachable', /closed/],
  ['breaks off without a length', cut, 'package.unreachable', /closed/],
  [
    'sends more than all room',
    (res) => void res.end(Buffer.alloc(LARGE)),
    'package.too_large',
    /at most 1000000 bytes/,
  ],
  ['never ends', endless, 'package.too_large', /at most 1000000 bytes/],
  ['says nothing', () => {}, 'package.unreachable', /Connection failed|timed out/i],
  ['is broken', (res) => void res.writeHead(500).end(), 'package.unreachable', /500/],
  ['forbids', (res) => void res.writeHead(403).end(), 'package.unreachable', /403/],
  ['says that it is gone', (res) => void res.writeHead(410).end(), 'package.not_found', /410/],
  ['sends elsewhere', (res) => void res.writeHead(302, { location: '/x' }).end(), 'package.unreachable', /elsewhere/],
  ['speaks no HTTP', (res) => void res.socket!.end('no\r\n\r\n'), 'package.unreachable', /./],
])('keeps nothing of an archive that %s', async (_what, answer, code, message) => {
  const { get, upstream, kept, folder, state } = await createCache(MOST)
  upstream.state.answer = (_req, res) => answer(res)
  await expect(get('pool/a.deb')).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  expect(await kept()).toEqual([])
  expect(await readdir(join(folder, '.partial'))).toEqual([])
  expect(await state.cache.usedBytes()).toBe(0)
})

it('gives up on an archive that never comes to an end of a file', async () => {
  const { get, upstream } = await createCache(MOST, { wholeMs: 500, silentSeconds: 10 })
  upstream.state.answer = (_req, res) => void res.writeHead(200, { 'content-length': 10 }).write('x')
  await expect(get('pool/a.deb')).rejects.toMatchObject({ message: expect.stringMatching(/more time/) })
})

it('judges by its name what lies below by-hash', async () => {
  const { get, put, kept } = await createCache()
  const digest = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
  await put(`dists/x/by-hash/SHA256/${digest}`, 'hullo')
  await expect(get(`dists/x/by-hash/SHA256/${digest}`)).rejects.toMatchObject({ code: 'package.unreachable' })
  expect(await kept()).toEqual([])
  const other = await createCache()
  await other.put(`dists/x/by-hash/SHA256/${digest}`, 'hello')
  await other.get(`dists/x/by-hash/SHA256/${digest}`)
  expect(await other.kept()).toHaveLength(1)
})

it('serves what it last saw of an archive that is slow, broken or away', async () => {
  const { get, put, upstream, clock, outcomes } = await createCache()
  await put('dists/x/InRelease', 'state')
  const place = await get('dists/x/InRelease')
  for (const answer of [(res: ServerResponse) => cut(res), () => {}]) {
    clock.ms += 10 * 60_000
    upstream.state.answer = (_req, res) => answer(res)
    expect(await get('dists/x/InRelease')).toBe(place)
  }
  expect(outcomes()).toEqual(['fetched', 'stale', 'stale'])
})

it('lets a bounded number wait', async () => {
  const { get, upstream } = await createCache(
    MOST,
    { wholeMs: 20_000, silentSeconds: 1 },
    { lanes: { width: 2, mostWaiting: 1, of: 'fetches of packages' } },
  )
  let most = 0
  let now = 0
  upstream.state.answer = (_req, res) => {
    most = Math.max(most, ++now)
    setTimeout(() => res.end(String(now--)), 100)
  }
  const asked = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => get(`pool/${name}.deb`)))
  expect(asked.map((one) => (one.status === 'fulfilled' ? 'kept' : one.reason.code))).toEqual([
    ...['kept', 'kept', 'kept', 'request.too_many'],
  ])
  expect(most).toBe(2)
})

it('leaves nothing half when it is killed', async () => {
  const [held, folder] = [await temporaryFolder('upstream'), await temporaryFolder('cache')]
  const upstream = await startUpstream(held)
  upstream.state.answer = (_req, res) => void res.writeHead(200, { 'content-length': 9000 }).write('half')
  const what = JSON.stringify({ folder, url: upstream.url, path: 'pool/a.deb' })
  const host = execa(process.execPath, [fileURLToPath(new URL('cache-host.ts', import.meta.url)), what], {
    reject: false,
  })
  await expect.poll(() => upstream.asked, { timeout: 15_000 }).toHaveLength(1)
  host.kill('SIGKILL')
  await host
  expect(await readdir(join(folder, '.partial'))).toHaveLength(1)
  const cache = createPackageCache({
    ...{ folder, mostBytes: MOST, freshMs: 1, clock: { now: () => Date.now() }, fetch: createAptHelper() },
    ...{ sources: { find: async () => undefined, list: async () => [] }, asked: () => {} },
  })
  await cache.start()
  expect(await readdir(folder, { recursive: true })).toEqual(['.partial'])
})

function cut(res: ServerResponse): void {
  res.write('x'.repeat(1000))
  setTimeout(() => res.destroy(), 50)
}

function endless(res: ServerResponse): void {
  const more = (): void => {
    while (!res.destroyed && res.write(Buffer.alloc(1 << 16))) {}
    if (!res.destroyed) res.once('drain', more)
  }
  more()
}
