import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

let people: PeopleFixture
beforeAll(async () => {
  people = await createPeopleFixture()
})
afterAll(() => people.close())

const ask = async (query: string) => {
  const answer = await people.call('GET', `/api/v1/boot-preview?${query}`, people.tokens.viewer)
  return { status: answer.status, body: (await answer.json()) as unknown }
}

it('tells a viewer what any MAC would be given, in the way that was asked', async () => {
  expect(await ask('mac=52-54-00-00-00-01&class=pxe&arch=11')).toMatchObject({
    status: 200,
    body: { mac: '52:54:00:00:00:01', machine: 'm1', segment: 'lab', rows: [{ class: 'pxe', arch: 11 }] },
  })
  expect(await ask('mac=deadbeef0001')).toMatchObject({ status: 200, body: { mac: 'de:ad:be:ef:00:01' } })
})

test.each([
  ['no MAC', '', 400, /mac/],
  ['a broken MAC', 'mac=52:54', 400, /expected a MAC address, got "52:54"/],
  ['an unknown class', 'mac=525400000001&class=bios', 400, /class/],
  ['an architecture in words', 'mac=525400000001&arch=x64', 400, /expected a number of option 93/],
  ['a misspelt parameter', 'mac=525400000001&clas=os', 400, /clas/],
  ['a segment nobody has', 'mac=525400000001&segment=moon', 404, /there is lab\), got moon/],
])('refuses %s and says what it expected', async (_name, query, status, message) => {
  expect(await ask(query)).toMatchObject({ status, body: { message: expect.stringMatching(message) } })
})
