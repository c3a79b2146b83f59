import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

let people: PeopleFixture
beforeAll(async () => {
  people = await createPeopleFixture()
  const seen = { machine: 'm1', claims: 'mac', other: '00112233-4455-6677-8899-aabbccddee09', says: 'another' } as const
  await people.store.conflicts.note(seen, 1000)
  await people.store.conflicts.note(seen, 2000)
})
afterAll(() => people.close())

it('shows what contradicts machines, all of it or one machine’s, to viewers only', async () => {
  const read = async (path: string, token?: string) => {
    const answer = await people.call('GET', `/api/v1${path}`, token)
    return { status: answer.status, body: (await answer.json()) as unknown }
  }
  const row = { machine: 'm1', claims: 'mac', says: 'another', firstAt: 1000, lastAt: 2000, times: 2 }
  for (const path of ['/conflicts', '/machines/m1/conflicts']) {
    expect(await read(path, people.tokens.viewer)).toMatchObject({ status: 200, body: [row] })
    expect((await read(path)).status).toBe(401)
  }
  expect(await read('/machines/none/conflicts', people.tokens.viewer)).toMatchObject({
    status: 404,
    body: { code: 'machine.not_found' },
  })
})
