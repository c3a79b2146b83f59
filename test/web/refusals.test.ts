import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Run } from '../../src/domain/run/run.ts'
import { startFactsReader } from '../../src/web/console/start-facts.ts'
import { type Refusal, refusalOfCancel, refusalOfStart } from '../../src/web/refusals.ts'
import { createPeopleFixture, type PeopleFixture } from './people-fixture.ts'

let people: PeopleFixture
beforeEach(async () => {
  people = await createPeopleFixture()
})
afterEach(() => people.close())

type Role = 'viewer' | 'operator'
const start = () => people.runs.start({ machine: 'm1', image: 'debian' }, 'test')

/** What the page says of starting, and what the API answers to it. */
async function both(role: Role, wish: { machine: string; image: string; version: string }) {
  const { store } = people
  const images = { list: store.images.list, manifest: async () => Promise.reject(new Error('not read')) }
  const factsOf = await startFactsReader({ resources: people.resources, images, openRuns: store.runs.open })
  const page = refusalOfStart({ name: role, role }, factsOf(wish))
  const answer = await people.call('POST', '/api/v1/runs', people.tokens[role], wish)
  return [page?.code, answer.ok ? undefined : ((await answer.json()) as Refusal).code]
}
const wish = { machine: 'm1', image: 'debian', version: '1' }

describe('a page refuses with the code that the API answers with', () => {
  it.each<[string, Role, Partial<typeof wish>, () => Promise<unknown>]>([
    ['nothing where all is well', 'operator', {}, async () => {}],
    ['a viewer', 'viewer', {}, async () => {}],
    ['a machine nobody registered', 'operator', { machine: 'm9' }, async () => {}],
    ['an image that the library has not', 'operator', { version: '9' }, async () => {}],
    ['a busy machine', 'operator', {}, start],
    [
      'a profile that is gone',
      'operator',
      { machine: 'm2' },
      () => people.store.machines.save({ name: 'm2', macs: ['52:54:00:00:00:02'], profile: 'gone' }),
    ],
  ])('%s', async (_name, role, change, arrange) => {
    await arrange()
    const [page, api] = await both(role, { ...wish, ...change })
    expect(page).toBe(api)
  })

  it.each<[string, Role, boolean]>([
    ['an open run of an operator', 'operator', false],
    ['an open run of a viewer', 'viewer', false],
    ['an ended run', 'operator', true],
    ['an ended run of a viewer', 'viewer', true],
  ])('for cancelling %s', async (_name, role, ended) => {
    const { id } = await start()
    if (ended) await people.runs.cancel(id, 'test')
    const run = (await people.store.runs.find(id)) as Run
    const page = refusalOfCancel({ name: role, role }, run)
    const answer = await people.call('POST', `/api/v1/runs/${id}/cancel`, people.tokens[role])
    expect(page?.code).toBe(answer.ok ? undefined : ((await answer.json()) as Refusal).code)
  })
})

describe('a retry', () => {
  const retry = (id: string, role: Role = 'operator') =>
    people.call('POST', `/api/v1/runs/${id}/retry`, people.tokens[role])

  it('is a new run of the same machine and version, linked to the old one, and an audit row', async () => {
    const old = await start()
    await people.runs.cancel(old.id, 'test')
    const answer = await retry(old.id)
    expect(answer.status).toBe(202)
    expect(await answer.json()).toMatchObject({ retryOf: old.id, machine: 'm1', image: 'debian', version: '1' })
    expect((await people.store.access.auditRows()).at(-1)).toMatchObject({
      ...{ actor: 'operator', action: 'run.start', detail: { retryOf: old.id } },
    })
  })

  it('of a run that has not ended is refused as busy, of one that nobody has as not found', async () => {
    const open = await start()
    expect(((await (await retry(open.id)).json()) as Refusal).code).toBe('machine.busy')
    expect((await retry('0190f7c4-1111-7000-8000-000000000009')).status).toBe(404)
  })

  it('can not name a run that does not exist', async () => {
    const retryOf = '0190f7c4-1111-7000-8000-000000000009'
    const answer = await people.call('POST', '/api/v1/runs', people.tokens.operator, { ...wish, retryOf })
    expect(((await answer.json()) as Refusal).code).toBe('run.not_found')
  })
})
