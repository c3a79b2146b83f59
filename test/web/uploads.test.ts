import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { noise } from '../image/manifest-sample.ts'
import { createPeopleFixture, type PeopleFixture } from './people-fixture.ts'

let fixture: PeopleFixture
const PATH = '/api/v1/uploads'
const tus = { 'tus-resumable': '1.0.0' }

beforeAll(async () => {
  fixture = await createPeopleFixture()
})
afterAll(() => fixture.close())

const ask = (
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Buffer,
  token = fixture.tokens.operator,
) =>
  fetch(fixture.base + path, {
    ...{ method, headers: { ...tus, authorization: `Bearer ${token}`, ...headers } },
    ...(body ? { body: new Uint8Array(body) } : {}),
  })
const create = (bytes: number, token?: string) =>
  ask('POST', PATH, { 'upload-length': String(bytes) }, undefined, token)
const patch = (path: string, offset: number, part: Buffer) =>
  ask('PATCH', path, { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, part)

it('takes a file in parts, tells how far it is, and goes on there', async () => {
  const bytes = noise(1, 100_000)
  const made = await create(bytes.length)
  const path = made.headers.get('location')!
  expect([made.status, path]).toEqual([201, expect.stringMatching(/^\/api\/v1\/uploads\/[0-9a-f]{32}$/)])
  const id = path.split('/').at(-1)!
  expect((await patch(path, 0, bytes.subarray(0, 60_000))).status).toBe(204)
  await expect(fixture.uploads.file(id)).rejects.toThrow(/got 60000 of 100000 bytes/)
  expect((await ask('HEAD', path, {})).headers.get('upload-offset')).toBe('60000')
  expect((await patch(path, 10_000, bytes.subarray(10_000))).status).toBe(409)
  expect((await patch(path, 60_000, bytes.subarray(60_000))).status).toBe(204)
  expect((await readFile(await fixture.uploads.file(id))).equals(bytes)).toBe(true)
  await fixture.uploads.remove(id)
  await expect(fixture.uploads.file(id)).rejects.toThrow(/the id of an upload/)
})

it('takes nothing from viewers, from nobody, or above the bound', async () => {
  expect((await create(10, fixture.tokens.viewer)).status).toBe(403)
  expect(
    (await fetch(fixture.base + PATH, { method: 'POST', headers: { ...tus, 'upload-length': '10' } })).status,
  ).toBe(401)
  expect((await create((1 << 20) + 1)).status).toBe(413)
})

it.each(['..%2f..%2fslipway.db', '..%2fslipway.db', 'a'.repeat(31), '%00', 'x.json'])(
  'knows no upload by the name %s',
  async (name) => {
    expect((await ask('HEAD', `${PATH}/${name}`, {})).status).toBeGreaterThanOrEqual(400)
    expect((await ask('DELETE', `${PATH}/${name}`, {})).status).toBeGreaterThanOrEqual(400)
    await expect(fixture.uploads.file(decodeURIComponent(name))).rejects.toMatchObject({ code: 'request.invalid' })
  },
)
