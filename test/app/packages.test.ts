import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createMetrics } from '../../src/app/metrics.ts'
import type { PackageAsking } from '../../src/packages/package-cache.ts'
import { createAptClient } from '../packages/apt-client.ts'
import { createArchive, startUpstream } from '../packages/archive.ts'
import { ask, useDeployFixture } from './deploy-fixture.ts'

const fixture = useDeployFixture()
const LATER_MS = 6 * 60_000

/** A signed archive behind the real door of machines, as the source `test`. */
async function site() {
  const { appliance, http, folder, clock } = fixture()
  const archive = await createArchive()
  await archive.publish({ tool: '1.0' })
  const upstream = await startUpstream(archive.folder)
  await appliance.packages.save({ name: 'test', url: upstream.url })
  const askings: PackageAsking[] = []
  appliance.packages.observe((asking) => askings.push(asking))
  return {
    ...{ archive, upstream, askings, http, clock, desk: appliance.packages },
    cached: join(folder, 'data/packages/test'),
    client: () => createAptClient(`http://127.0.0.1:${http.port}/packages/test`, archive.key),
  }
}

it('gives apt lists and packages whose signatures and digests it judges', async () => {
  const { client, upstream, askings, desk } = await site()
  const first = await client()
  expect(await first.update()).toMatchObject({ exitCode: 0 })
  expect(await first.fetch('tool')).toMatchObject({ exitCode: 0 })
  expect(await first.fetched()).toEqual(['tool_1.0_amd64.deb'])
  const before = upstream.asked.length
  const second = await client()
  expect(await second.update()).toMatchObject({ exitCode: 0 })
  expect(await second.download('tool')).toMatchObject({ exitCode: 0 })
  expect(await second.downloaded()).toEqual(['tool_1.0_amd64.deb'])
  expect(upstream.asked).toHaveLength(before)
  const [stand] = await desk.list()
  expect(stand).toMatchObject({ files: 3, hits: 3, misses: 3 })
  const deb = 'pool/main/tool/tool_1.0_amd64.deb'
  expect(askings.filter(({ path }) => path === deb).map(({ outcome }) => outcome)).toEqual(['fetched', 'hit'])
  expect(askings[0]).toMatchObject({ address: '127.0.0.1', source: 'test', path: 'dists/stable/InRelease' })
})

it('can not make apt believe what was changed in the cache', async () => {
  const { client, cached } = await site()
  expect(await (await client()).update()).toMatchObject({ exitCode: 0 })
  const file = join(cached, 'dists/stable/InRelease')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('Origin: Test', 'Origin: Tesu'))
  const refused = await (await client()).update()
  expect(refused.exitCode).not.toBe(0)
  expect(refused.all).toMatch(/BADSIG|not signed|signature/i)
})

it('installs what is here when its archive is away, and what is new when it is back', async () => {
  const { client, upstream, archive, clock, askings } = await site()
  const first = await client()
  await first.update()
  await first.fetch('tool')
  await upstream.stop()
  clock.ms += LATER_MS
  const second = await client()
  expect(await second.update()).toMatchObject({ exitCode: 0 })
  expect(await second.fetch('tool')).toMatchObject({ exitCode: 0 })
  expect(await second.fetched()).toEqual(['tool_1.0_amd64.deb'])
  expect(askings.at(-3)).toMatchObject({ path: 'dists/stable/InRelease', outcome: 'stale' })
  await archive.publish({ tool: '2.0' })
  await upstream.start()
  clock.ms += LATER_MS
  const third = await client()
  expect(await third.update()).toMatchObject({ exitCode: 0 })
  expect(await third.fetch('tool')).toMatchObject({ exitCode: 0 })
  expect(await third.fetched()).toEqual(['tool_2.0_amd64.deb'])
})

it('keeps a pinned source as it was, and lets go of it when it is unpinned', async () => {
  const { client, archive, clock, desk } = await site()
  await (await client()).update()
  await desk.pin('test')
  await archive.publish({ tool: '2.0' })
  clock.ms += LATER_MS
  const pinned = await client()
  expect(await pinned.update()).toMatchObject({ exitCode: 0 })
  // Never asked for before: packages do not change, so it may still come.
  expect(await pinned.fetch('tool')).toMatchObject({ exitCode: 0 })
  expect(await pinned.fetched()).toEqual(['tool_1.0_amd64.deb'])
  await desk.unpin('test')
  const later = await client()
  await later.update()
  await later.fetch('tool')
  expect(await later.fetched()).toEqual(['tool_2.0_amd64.deb'])
})

it('asks for the lists again when the signed list has changed, where they have one name for all states', async () => {
  const { client, archive, clock, upstream } = await site()
  await archive.publish({ tool: '1.0' }, { byHash: false })
  await (await client()).update()
  // The list of packages is asked for late, and so is not yet old when the signed list is.
  clock.ms += LATER_MS - 60_000
  await ask({ port: fixture().http.port, path: '/packages/test/dists/stable/main/binary-amd64/Packages.gz' })
  await archive.publish({ tool: '2.0' }, { byHash: false })
  clock.ms += LATER_MS - 120_000
  upstream.asked.length = 0
  const later = await client()
  expect(await later.update()).toMatchObject({ exitCode: 0 })
  await later.fetch('tool')
  expect(await later.fetched()).toEqual(['tool_2.0_amd64.deb'])
})

it('begins anew where a source gets another URL, and counts for Prometheus', async () => {
  const { desk, upstream } = await site()
  const name = { source: 'test', path: 'pool/main/tool/tool_1.0_amd64.deb' }
  for (let times = 0; times < 2; times++) (await desk.open(name, '127.0.0.1')).release()
  const text = await createMetrics({ open: async () => [] }, desk)()
  expect(text).toMatch(/slipway_package_requests_total\{source="test",outcome="hit"\} 1/)
  expect(text).toMatch(/slipway_package_requests_total\{source="test",outcome="fetched"\} 1/)
  expect(text).toMatch(/slipway_package_cache_bytes \d{3}/)
  await desk.save({ name: 'test', url: upstream.url })
  expect(await desk.find('test')).toMatchObject({ files: 1 })
  await desk.save({ name: 'test', url: `${upstream.url}/elsewhere` })
  expect(await desk.find('test')).toMatchObject({ files: 0, bytes: 0 })
  await expect(desk.open(name, '127.0.0.1')).rejects.toMatchObject({ code: 'package.not_found' })
})

it('serves parts, sizes and types, and nothing but files of its sources', async () => {
  const { http, cached } = await site()
  const get = (path: string, headers = {}, method = 'GET') => ask({ port: http.port, path, headers, method })
  const deb = '/packages/test/pool/main/tool/tool_1.0_amd64.deb'
  const whole = await get(deb)
  expect(whole).toMatchObject({ status: 200, headers: { 'content-type': 'application/vnd.debian.binary-package' } })
  expect(await get(deb, { range: 'bytes=0-6' })).toMatchObject({ status: 206, body: Buffer.from('!<arch>') })
  expect(await get(deb, {}, 'HEAD')).toMatchObject({ headers: { 'content-length': `${whole.body.length}` } })
  expect(await get(deb, {}, 'POST')).toMatchObject({ status: 405 })
  const coded = async (path: string) => {
    const { status, body } = await get(path)
    return [status, JSON.parse(body.toString()).code]
  }
  expect(await coded('/packages/test/pool/nothing.deb')).toEqual([404, 'package.not_found'])
  expect(await coded('/packages/other/pool/nothing.deb')).toEqual([404, 'package.not_found'])
  expect(await coded('/packages/test/pool')).toEqual([404, 'package.not_found'])
  for (const hostile of [
    ...['/packages/test/', '/packages/', '/packages/test', '/packages/test/pool/', '/packages/test//etc/passwd'],
    ...['/packages/test/../../slipway.db', '/packages/test/%2e%2e/%2e%2e/slipway.db', '/packages/test/..%2f..%2fx'],
    ...['/packages/../packages/test/x', '/packages/.partial/x', '/packages/test/a%00b', '/packages/test/%zz'],
    ...[
      `/packages/test/${'a'.repeat(300)}`,
      `/packages/test/${'a/'.repeat(2000)}b`,
      '/packages/test/x?y',
      '/packages/test/a%5cb',
    ],
    ...['http://127.0.0.1:1/packages/test/x', '/packages/test/./x'],
  ])
    expect([hostile, ...(await coded(hostile))]).toEqual([hostile, 400, 'request.invalid'])
  expect(await readdir(cached)).toEqual(['pool'])
})
