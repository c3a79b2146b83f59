import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ROLES, roleIncludes } from '../../src/domain/role.ts'
import { createPeopleFixture, PASSWORD, type PeopleFixture } from './people-fixture.ts'

let people: PeopleFixture
beforeEach(async () => {
  people = await createPeopleFixture()
})
afterEach(() => people.close())

const RUN_ID = '0190f7c4-1111-7000-8000-000000000009'
const filled = (path: string) => `/api/v1${path.replace('{id}', RUN_ID).replace('{name}', 'm1')}`
type Said = { id: string; code: string }
type OpenApi = {
  paths: Record<
    string,
    Record<
      string,
      {
        responses: object
        requestBody: { content: Record<string, { schema: { required: string[] } }> }
        parameters: object[]
      }
    >
  >
}
const json = async <T = Said>(answer: Response): Promise<T> => (await answer.json()) as T

const wish = { machine: 'm1', image: 'debian' }

describe('every endpoint', () => {
  it('refuses people who are not signed in, before it reads anything', async () => {
    for (const { method, path } of people.endpoints) {
      const answer = await people.call(
        method.toUpperCase(),
        filled(path),
        undefined,
        method === 'get' ? undefined : { broken: true },
      )
      expect([path, method, answer.status, (await json(answer)).code]).toEqual([
        path,
        method,
        401,
        'request.unauthenticated',
      ])
    }
    for (const path of ['/api/v1/openapi.json', '/api/v1/nothing', '/metrics'])
      expect((await people.call('GET', path)).status).toBe(401)
  })

  it('refuses a role that is too small and lets the others as far as the request', async () => {
    for (const { method, path, role: needed } of people.endpoints)
      for (const role of ROLES) {
        const answer = await people.call(
          method.toUpperCase(),
          filled(path),
          people.tokens[role],
          method === 'get' ? undefined : { broken: true },
        )
        expect([path, method, role, answer.status === 403]).toEqual([path, method, role, !roleIncludes(role, needed)])
        await answer.body?.cancel()
      }
  })

  it('stands in the OpenAPI document with its schema', async () => {
    const document = await json<OpenApi>(await people.call('GET', '/api/v1/openapi.json', people.tokens.viewer))
    for (const { method, path, status } of people.endpoints)
      expect(document.paths[path]?.[method]?.responses, path).toHaveProperty(String(status))
    expect(document.paths['/runs']?.post?.requestBody.content['application/json']?.schema.required).toEqual(['machine'])
    expect(document.paths['/runs/{id}']?.get?.parameters[0]).toMatchObject({ name: 'id', in: 'path', required: true })
  })
})

describe('runs', () => {
  it('are started, shown and cancelled, and each change by a person is an audit row', async () => {
    const started = await people.call('POST', '/api/v1/runs', people.tokens.operator, wish)
    expect(started.status).toBe(202)
    const { id } = await json(started)
    expect(
      (await json<Said[]>(await people.call('GET', '/api/v1/runs', people.tokens.viewer))).map((run) => run.id),
    ).toEqual([id])
    expect((await people.call('POST', '/api/v1/runs', people.tokens.operator, wish)).status).toBe(409)
    const cancelled = await people.call('POST', `/api/v1/runs/${id}/cancel`, people.tokens.operator)
    expect(await cancelled.json()).toMatchObject({ state: 'cancelled' })
    const again = await people.call('POST', `/api/v1/runs/${id}/cancel`, people.tokens.operator)
    expect([again.status, (await json(again)).code]).toEqual([409, 'run.ended'])
    const actions = (await people.store.access.auditRows()).map(({ actor, action, target }) => [actor, action, target])
    expect(actions.slice(-2)).toEqual([
      ['operator', 'run.start', id],
      ['operator', 'run.cancel', id],
    ])
  })

  it.each([
    ['an empty body', {}, 400, 'request.invalid'],
    ['an unknown field', { ...wish, extra: 1 }, 400, 'request.invalid'],
    ['a machine nobody has', { ...wish, machine: 'nobody' }, 404, 'machine.not_found'],
    ['an image nobody has', { ...wish, image: 'nothing' }, 404, 'image.not_found'],
    ['a version nobody has', { ...wish, version: '9' }, 404, 'image.not_found'],
  ])('refuse %s with a code', async (_name, body, status, code) => {
    const answer = await people.call('POST', '/api/v1/runs', people.tokens.operator, body)
    expect([answer.status, (await json(answer)).code]).toEqual([status, code])
  })

  it('stream their news as server-sent events', async () => {
    const { id } = await json(await people.call('POST', '/api/v1/runs', people.tokens.operator, wish))
    const stream = await people.call('GET', `/api/v1/runs/${id}/stream`, people.tokens.viewer)
    const reader = stream.body!.getReader()
    await reader.read()
    await people.record(id, 'dhcpOffered', { address: '10.0.0.5' })
    const text = new TextDecoder().decode((await reader.read()).value)
    expect(text).toMatch(/^event: change\ndata: \{.*"dhcpOffered".*\}\n\n$/)
    await reader.cancel()
  })
})

describe('resources', () => {
  it('are made by PUT under the name of the path', async () => {
    const machine = { name: 'm2', macs: ['52-54-00-00-00-02'], profile: 'any' }
    expect((await people.call('PUT', '/api/v1/machines/m2', people.tokens.operator, machine)).status).toBe(204)
    expect(await (await people.call('GET', '/api/v1/machines/m2', people.tokens.viewer)).json()).toMatchObject({
      macs: ['52:54:00:00:00:02'],
    })
    expect((await people.call('PUT', '/api/v1/machines/m3', people.tokens.operator, machine)).status).toBe(400)
    expect(
      (await people.call('PUT', '/api/v1/machines/m3', people.tokens.operator, { ...machine, name: 'm3' })).status,
    ).toBe(409)
  })

  it('are refused where a machine names a profile that is not there', async () => {
    const machine = { name: 'm4', macs: ['52-54-00-00-00-04'], profile: 'nope' }
    const answer = await people.call('PUT', '/api/v1/machines/m4', people.tokens.operator, machine)
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'profile.not_found' }])
    expect((await people.call('GET', '/api/v1/machines/m4', people.tokens.viewer)).status).toBe(404)
  })
})

describe('browsers', () => {
  const signIn = async () => {
    const { link } = await people.access.addUser('ann', 'operator', 'test')
    await people.access.useLink(link, PASSWORD)
    const form = new URLSearchParams({ name: 'ann', password: PASSWORD })
    const answer = await fetch(`${people.base}/sign-in`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
      headers: { origin: people.base },
    })
    return { answer, cookie: answer.headers.get('set-cookie') ?? '' }
  }

  it('get a cookie that scripts can not read and other sites can not send', async () => {
    const { answer, cookie } = await signIn()
    expect(answer.status).toBe(303)
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Strict/i)
  })

  it('may change something only from our own pages', async () => {
    const cookie = (await signIn()).cookie.split(';')[0]!
    const post = (headers: Record<string, string>) =>
      people.call('POST', '/api/v1/runs', undefined, wish, { cookie, ...headers })
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403)
    expect((await post({})).status).toBe(403)
    expect((await post({ origin: people.base })).status).toBe(202)
  })

  it('are sent to the sign-in page, whose wrong password changes nothing', async () => {
    expect((await people.call('GET', '/runs')).headers.get('location')).toBe('/sign-in')
    const form = new URLSearchParams({ name: 'viewer', password: 'wrong' })
    const answer = await fetch(`${people.base}/sign-in`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
      headers: { origin: people.base },
    })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null])
  })

  it('get no inline script, no frame and nothing from another host', async () => {
    const answer = await people.call('GET', '/sign-in')
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/)
    const page = await answer.text()
    expect(page).not.toMatch(/<script>|onclick=|style="|https?:\/\//)
    for (const [, path] of page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g))
      expect((await people.call('GET', path!)).status).toBe(200)
  })

  it('never reach a file outside the assets', async () => {
    for (const path of ['/assets/../package.json', '/assets/%2e%2e/package.json', '/assets/nothing.css']) {
      const answer = await people.call('GET', path)
      expect([302, 404]).toContain(answer.status)
    }
  })
})
