import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

let people: PeopleFixture
beforeAll(async () => {
  people = await createPeopleFixture()
})
afterAll(() => people.close())

const read = async (path: string) => (await people.call('GET', `/api/v1${path}`, people.tokens.viewer)).json()

it('answers with every field of a machine that was registered', async () => {
  const machine = {
    ...{ name: 'm2', uuid: '00112233-4455-6677-8899-aabbccddee02', sharesUuid: true, serial: 'S2' },
    ...{ macs: ['52:54:00:00:00:02'], profile: 'any', power: { driver: 'wake-on-lan', mac: '52:54:00:00:00:02' } },
  }
  const saved = await people.call('PUT', '/api/v1/machines/m2', people.tokens.operator, machine)
  expect(saved.status).toBe(204)
  const shown = { ...machine, chosen: { name: 'any', by: 'person', why: 'a person chose it' } }
  expect(await read('/machines/m2')).toEqual(shown)
  expect(await read('/machines')).toContainEqual(shown)
})

type Body = { content: { 'application/json': { schema: { properties: object } } } }
type Operations = { get: { responses: { 200: Body } }; put: { requestBody: Body } }

it('tells in OpenAPI of every field that a machine is registered with', async () => {
  const { paths } = (await read('/openapi.json')) as { paths: Record<string, Operations> }
  const { get, put } = paths['/machines/{name}']!
  const fields = (body: Body): string[] => Object.keys(body.content['application/json'].schema.properties)
  expect(fields(get.responses[200])).toEqual(expect.arrayContaining(fields(put.requestBody)))
})
