import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'
import { createRichData, everythingOf, STRANGER } from '../rich-data.ts'

let people: PeopleFixture
beforeEach(async () => {
  people = await createPeopleFixture()
  await createRichData(people.store, Date.now()).addStranger(Date.now())
})
afterEach(() => people.close())

const call = async (method: string, path: string, role: 'viewer' | 'operator', body?: object) => {
  const answer = await people.call(method, `/api/v1${path}`, people.tokens[role], body)
  return { status: answer.status, body: answer.status === 204 ? undefined : await answer.json() }
}

it('tells what was found in a machine and what changed, field by field', async () => {
  const { body } = await call('GET', `/machines/${STRANGER}/inventories`, 'viewer')
  const drift = (body as { drift: object[] }[]).map((one) => one.drift)
  expect(drift[1]).toEqual(
    expect.arrayContaining([
      { field: 'bios', before: 'AMI 5.27', after: 'AMI 5.31' },
      { field: 'memory DIMM_3 serial', before: '37A13' },
    ]),
  )
  expect([drift.length, drift[2]]).toEqual([3, []])
  expect((await call('GET', '/machines/nobody/inventories', 'viewer')).status).toBe(404)
})

it('takes over who a machine is by an operator’s word, once, and audits it', async () => {
  const accept = (role: 'viewer' | 'operator', runId: string) =>
    call('POST', `/machines/${STRANGER}/accept`, role, { runId })
  expect((await accept('viewer', 'r')).status).toBe(403)
  expect((await accept('operator', 'another run')).status).toBe(409)
  expect((await accept('operator', 'r')).status).toBe(204)
  const { uuid, serial } = { ...everythingOf(), uuid: '99999999-4455-6677-8899-aabbccddee77' }
  expect((await call('GET', `/machines/${STRANGER}`, 'viewer')).body).toMatchObject({
    uuid,
    serial,
    inventory: { uuid },
  })
  expect((await accept('operator', 'r')).status).toBe(404)
  const rows = (await people.store.access.auditRows()).filter(({ action }) => action.startsWith('machines.'))
  expect(rows.map(({ actor, action, target }) => [actor, action, target])).toEqual([
    ['operator', 'machines.accept', STRANGER],
  ])
})

it('renames and forgets a machine, and takes no name that is none or another’s', async () => {
  const rename = (to: string) => call('POST', `/machines/${STRANGER}/rename`, 'operator', { to })
  expect((await rename('Not A Name')).status).toBe(400)
  expect((await rename('m1')).status).toBe(409)
  expect((await rename('web-1')).status).toBe(204)
  expect((await call('GET', '/machines/web-1/inventories', 'viewer')).body).toHaveLength(3)
  expect((await call('DELETE', '/machines/web-1', 'viewer')).status).toBe(403)
  expect((await call('DELETE', '/machines/web-1', 'operator')).status).toBe(204)
  expect((await call('DELETE', '/machines/web-1', 'operator')).status).toBe(404)
})

it('says of every conflict what to do', async () => {
  const { body } = await call('GET', '/conflicts', 'viewer')
  expect(body).toMatchObject([
    { machine: STRANGER, remedy: expect.stringContaining(`\`slipway machine accept ${STRANGER}\``) },
  ])
})

it('registers by a person’s word: what was discovered is not new any more', async () => {
  const before = (await call('GET', `/machines/${STRANGER}`, 'viewer')).body as { discoveredAt: number; macs: string[] }
  expect(before.discoveredAt).toBeGreaterThan(0)
  const { macs } = before
  await call('PUT', `/machines/${STRANGER}`, 'operator', { name: STRANGER, macs })
  expect((await call('GET', `/machines/${STRANGER}`, 'viewer')).body).not.toHaveProperty('discoveredAt')
})
