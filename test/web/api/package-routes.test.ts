import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

let people: PeopleFixture
beforeAll(async () => {
  people = await createPeopleFixture()
})
afterAll(() => people.close())

const SOURCE = { name: 'debian', url: 'http://127.0.0.1:1/debian' }
const call = async (method: string, path: string, body?: unknown, role: 'viewer' | 'operator' = 'operator') => {
  const answer = await people.call(method, `/api/v1${path}`, people.tokens[role], body)
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

it('sets, pins, shows and removes a source, and audits who did', async () => {
  expect(await call('PUT', '/package-sources/debian', SOURCE)).toMatchObject({ status: 204 })
  expect(await call('POST', '/package-sources/debian/pin', {})).toMatchObject({ status: 204 })
  const shown = { ...SOURCE, pinnedAt: expect.any(Number), files: 0, bytes: 0, hits: 0, misses: 0 }
  expect((await call('GET', '/package-sources/debian', undefined, 'viewer')).body).toEqual(shown)
  expect((await call('GET', '/package-sources', undefined, 'viewer')).body).toEqual([shown])
  expect((await call('GET', '/package-cache', undefined, 'viewer')).body).toEqual({
    ...{ sources: [shown], usedBytes: 0, mostBytes: 50 * 2 ** 30 },
  })
  const moved = { ...SOURCE, url: 'http://127.0.0.1:2/debian' }
  expect(await call('PUT', '/package-sources/debian', moved)).toMatchObject({
    status: 409,
    body: { code: 'package.pinned' },
  })
  expect(await call('DELETE', '/package-sources/debian')).toMatchObject({
    status: 409,
    body: { code: 'package.pinned' },
  })
  expect(await call('POST', '/package-sources/debian/unpin', {})).toMatchObject({ status: 204 })
  expect(await call('PUT', '/package-sources/debian', moved)).toMatchObject({ status: 204 })
  expect(await call('DELETE', '/package-sources/debian')).toMatchObject({ status: 204 })
  expect(await call('DELETE', '/package-sources/debian')).toMatchObject({
    ...{ status: 404, body: { code: 'package.not_found' } },
  })
  const audit = await people.store.access.auditRows()
  expect(audit.map(({ action }) => action).filter((action) => action.startsWith('package-sources.'))).toEqual([
    ...['package-sources.save', 'package-sources.pin', 'package-sources.unpin', 'package-sources.save'],
    'package-sources.remove',
  ])
})

it.each([
  ['another scheme', 'ftp://127.0.0.1/debian'],
  ['a file', 'file:///etc'],
  ['a login', 'http://me:secret@127.0.0.1/debian'],
  ['a query', 'http://127.0.0.1/debian?x=1'],
  ['a fragment', 'http://127.0.0.1/debian#x'],
  ['no URL', 'debian'],
])('refuses a source whose URL has %s', async (_what, url) => {
  expect(await call('PUT', '/package-sources/debian', { name: 'debian', url })).toMatchObject({
    ...{ status: 400, body: { code: 'request.invalid' } },
  })
})

it('lets only operators change a source', async () => {
  for (const [method, path] of [
    ['PUT', '/package-sources/debian'],
    ['DELETE', '/package-sources/debian'],
    ['POST', '/package-sources/debian/pin'],
    ['POST', '/package-sources/debian/unpin'],
  ] as const)
    expect([method, path, await call(method, path, SOURCE, 'viewer')]).toMatchObject([method, path, { status: 403 }])
})
