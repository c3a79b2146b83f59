import { afterAll, beforeAll, expect, it } from 'vitest'
import { addNetwork } from '../network-data.ts'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

let people: PeopleFixture
beforeAll(async () => {
  people = await createPeopleFixture()
  await addNetwork(people, Date.UTC(2026, 0, 1))
})
afterAll(() => people.close())

const read = async (path: string) => {
  const answer = await people.call('GET', `/api/v1${path}`, people.tokens.viewer)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown>[] }
}

it('lists the leases of a segment by address', async () => {
  const { body } = await read('/segments/lab/leases')
  expect(body.map(({ address, state }) => [address, state])).toEqual([
    ...[50, 51, 52, 53].map((last) => [`10.77.0.${last}`, 'bound']),
    ...[
      ['10.77.0.54', 'declined'],
      ['10.77.0.55', 'released'],
    ],
  ])
})

it('lists what was heard on a segment, newest first, the reason of each silence with it', async () => {
  const { body } = await read('/segments/lab/sightings?limit=2')
  expect(body).toMatchObject([
    { what: 'dhcp nak', mac: '02:00:00:00:00:08' },
    { what: 'dhcp ignored', detail: { why: 'the client chose the server 10.77.0.66' } },
  ])
})

it('places a reader by TFTP on the segment of its lease', async () => {
  const { body } = await read('/segments/lab/sightings')
  expect(body.map(({ what }) => what)).toContain('tftp complete')
  expect((await read('/segments/office/sightings')).body).toEqual([])
})

it('lists notices with their remedy and the holders of an exhausted pool, newest first', async () => {
  const { body } = await read('/notices')
  expect(body.map(({ kind }) => kind)).toEqual(['poolExhausted', 'otherServer', 'addressInUse', 'noLoader'])
  expect(body[0]).toMatchObject({
    remedy: expect.stringMatching(/Widen/),
    holders: [{ address: '10.77.0.50' }, {}, {}],
  })
})

it('knows no other segment', async () => {
  expect(await read('/segments/moon/leases')).toMatchObject({ status: 404, body: { code: 'resource.not_found' } })
})
