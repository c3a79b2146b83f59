import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

let people: PeopleFixture
beforeEach(async () => {
  people = await createPeopleFixture()
})
afterEach(() => people.close())

const ask = async (method: string, path: string, role: 'viewer' | 'operator' | 'approver', body?: unknown) => {
  const answer = await people.call(method, `/api/v1/images/debian${path}`, people.tokens[role], body)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

it('shows everyone a version’s state and evidence', async () => {
  const { status, body } = await ask('GET', '/1/life', 'viewer')
  expect([status, body]).toEqual([200, { state: 'draft', channels: [], statements: [], broken: [], machines: [] }])
})

it.each([
  ['approve', 'operator', 403],
  ['promote', 'operator', 403],
  ['revoke', 'operator', 403],
  ['deprecate', 'viewer', 403],
  ['deprecate', 'operator', 200],
  ['revoke', 'approver', 200],
] as const)('lets %s be taken by the role of its row: %s gets %i', async (step, role, status) => {
  const body = step === 'promote' ? { channel: 'lab' } : { note: 'because' }
  expect((await ask('POST', `/1/${step}`, role, body)).status).toBe(status)
})

it('says everything that is missing, and wants a reason for what takes a version out of use', async () => {
  const refused = await ask('POST', '/1/approve', 'approver', {})
  expect([refused.status, refused.body.code]).toEqual([409, 'image.step_refused'])
  expect(refused.body.message).toMatch(/it is draft; no build .*; no testRun/)
  expect((await ask('POST', '/1/revoke', 'approver', { note: ' ' })).status).toBe(400)
  expect((await ask('POST', '/9/approve', 'approver', {})).status).toBe(404)
  const rollback = '/api/v1/image-channels/debian/nowhere/rollback'
  expect((await people.call('POST', rollback, people.tokens.approver, { note: 'x' })).status).toBe(400)
})

it('tells what the channels of an image point at', async () => {
  const { lifecycle, tokens } = people
  const first = { name: 'debian', version: '1' }
  for (const step of ['build', 'test'] as const) await lifecycle.take(first, step, { by: 'x', body: {} })
  await lifecycle.promote(first, 'lab', { by: 'ann', body: {} })
  const answer = await people.call('GET', '/api/v1/image-channels/debian', tokens.viewer)
  expect(await answer.json()).toMatchObject([{ channel: 'lab', version: '1', rollback: null, by: 'ann' }])
})
