import { readFile, stat, truncate } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createCache } from './cache-fixture.ts'

const MINUTE_MS = 60_000
const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(120)

it('asks its archive once for many who ask at the same time', async () => {
  const { put, get, upstream, outcomes } = await createCache()
  await put('pool/a.deb', bytes(100_000))
  await Promise.all(Array.from({ length: 50 }, () => get('pool/a.deb')))
  await get('pool/a.deb')
  expect(upstream.asked).toEqual(['/pool/a.deb'])
  expect(outcomes()).toEqual([...Array(50).fill('fetched'), 'hit'])
})

it('means the same file by every way to write a path, and asks for it in a way that all servers read alike', async () => {
  const { put, get, upstream } = await createCache()
  await put('pool/g++_1%3a2~rc1.deb', 'x')
  expect(await readFile(await get('pool/g++_1%3a2~rc1.deb'), 'utf8')).toBe('x')
  expect(upstream.asked).toEqual(['/pool/g%2B%2B_1%253a2~rc1.deb'])
})

it('evicts what was longest not asked for, and nothing that is pinned', async () => {
  const { put, get, kept, clock, sources, state } = await createCache(3500)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await put(`pool/${name}.deb`, bytes(1000))
  sources[1]!.pinnedAt = clock.ms
  await get('pool/a.deb', 'two')
  for (const name of ['a', 'b', 'a', 'c']) {
    clock.ms += MINUTE_MS
    await get(`pool/${name}.deb`)
  }
  expect(await kept()).toEqual(['one/pool/a.deb', 'one/pool/c.deb', 'two/pool/a.deb'])
  expect(await state.cache.usedBytes()).toBe(3000)
  sources[0]!.pinnedAt = clock.ms
  await expect(get('pool/d.deb')).rejects.toMatchObject({
    code: expect.stringMatching(/storage\.full|package\.too_large/),
  })
  expect(await kept()).toHaveLength(3)
})

it('keeps what somebody is about to read', async () => {
  const { put, get, kept, state } = await createCache(2500)
  for (const name of ['a', 'b', 'c']) await put(`pool/${name}.deb`, bytes(1000))
  const reading = await state.cache.open({ source: 'one', path: 'pool/a.deb' }, '127.0.0.1')
  await get('pool/b.deb')
  await get('pool/c.deb')
  expect(await kept()).toEqual(['one/pool/a.deb', 'one/pool/c.deb'])
  reading.release()
  await get('pool/b.deb')
  expect(await kept()).toEqual(['one/pool/b.deb', 'one/pool/c.deb'])
})

it('knows after a restart what it has and when it was asked for, and takes a smaller limit to heart', async () => {
  const { put, get, kept, clock, restart, upstream, folder, state } = await createCache(6500)
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  for (const name of names) await put(`pool/${name}.deb`, bytes(1000))
  for (const name of [...names, 'd', 'a', 'e']) {
    clock.ms += MINUTE_MS
    await get(`pool/${name}.deb`)
  }
  await expect.poll(async () => (await stat(`${folder}/one/pool/e.deb`)).atimeMs).toBe(clock.ms)
  restart(3500)
  await state.cache.start()
  expect(await kept()).toEqual(['one/pool/a.deb', 'one/pool/d.deb', 'one/pool/e.deb'])
  upstream.asked.length = 0
  await get('pool/d.deb')
  expect(upstream.asked).toEqual([])
  await get('pool/f.deb')
  expect(await kept()).toEqual(['one/pool/d.deb', 'one/pool/e.deb', 'one/pool/f.deb'])
})

it('asks for no list of a pinned source', async () => {
  const { put, get, sources, clock, upstream } = await createCache()
  await put('dists/x/InRelease', 'state')
  await put('pool/a.deb', 'x')
  sources[0]!.pinnedAt = clock.ms
  await expect(get('dists/x/InRelease')).rejects.toMatchObject({ code: 'package.not_found' })
  await get('pool/a.deb')
  expect(upstream.asked).toEqual(['/pool/a.deb'])
})

it('remembers for a minute what is not there', async () => {
  const { get, put, upstream, clock, outcomes } = await createCache()
  for (let times = 0; times < 3; times++)
    await expect(get('pool/a.deb')).rejects.toMatchObject({ code: 'package.not_found' })
  expect(upstream.asked).toHaveLength(1)
  expect(outcomes()).toEqual(['notFound', 'notFound', 'notFound'])
  await put('pool/a.deb', 'x')
  clock.ms += MINUTE_MS + 1
  await get('pool/a.deb')
})

it('does not wait again and again for an archive that is away', async () => {
  const { get, put, upstream, clock } = await createCache()
  await put('pool/a.deb', 'x')
  await upstream.stop()
  await expect(get('pool/a.deb')).rejects.toMatchObject({
    ...{ code: 'package.unreachable', message: expect.stringContaining('Connection refused') },
  })
  await upstream.start()
  await expect(get('pool/a.deb')).rejects.toMatchObject({ code: 'package.unreachable' })
  clock.ms += MINUTE_MS
  await get('pool/a.deb')
})

it('makes room for a folder where an archive once gave a file of its name', async () => {
  const { get, put, upstream, state } = await createCache()
  await put('pool', 'a listing')
  await get('pool')
  upstream.state.answer = (_req, res) => void res.end('package')
  expect(await readFile(await get('pool/a.deb'), 'utf8')).toBe('package')
  expect(await state.cache.usedBytes()).toBe('package'.length)
  await expect(get('pool')).rejects.toMatchObject({ code: 'package.not_found' })
})

it('forgets a file that somebody removed from the folder or cut', async () => {
  const { get, put, upstream } = await createCache()
  await put('pool/a.deb', bytes(1000))
  await truncate(await get('pool/a.deb'), 10)
  expect(await readFile(await get('pool/a.deb'))).toHaveLength(1000)
  expect(upstream.asked).toHaveLength(2)
})

it('does not keep what was on its way when its source was pinned, moved or removed', async () => {
  const { get, put, upstream, sources, kept, clock } = await createCache()
  await put('dists/x/Release', 'new')
  for (const change of [
    () => (sources[0]!.pinnedAt = clock.ms),
    () => (sources[0] = { name: 'one', url: `${upstream.url}/elsewhere`, pinnedAt: undefined }),
    () => sources.shift(),
  ]) {
    sources[0] = { name: 'one', url: upstream.url, pinnedAt: undefined }
    clock.ms += MINUTE_MS * 2
    upstream.state.answer = (_req, res) => {
      const before = sources[0]!
      sources[0] = { ...before }
      change()
      res.end('new')
    }
    await expect(get('dists/x/Release')).rejects.toMatchObject({ code: 'package.not_found' })
  }
  expect(await kept()).toEqual([])
})
