import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RenderAnswer, TemplateAnswer } from '../../../src/web/api/template-routes.ts'
import { createPeopleFixture, type PeopleFixture } from '../people-fixture.ts'

let people: PeopleFixture
beforeEach(async () => {
  people = await createPeopleFixture()
})
afterEach(() => people.close())

const KS = '/templates/kickstart/ks.cfg.hbs'
type Role = 'viewer' | 'operator' | 'admin'
const call = async (method: string, path: string, body?: unknown, role: Role = 'admin') => {
  const answer = await fetch(`${people.base}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${people.tokens[role]}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}
const render = async (more: object = {}, role: Role = 'viewer') => {
  const { status, body } = await call('POST', '/templates/render', { family: 'kickstart', ...more }, role)
  return { status, body: body as RenderAnswer & { error?: { code: string; message: string } } }
}

describe('what a machine would be given', () => {
  it('is rendered for one that is made up, and judged', async () => {
    const { status, body } = await render({ release: 'rocky-9', settings: { timezone: 'Europe/Berlin' } })
    expect(status).toBe(200)
    expect(body).toMatchObject({ family: 'kickstart', release: 'rocky-9', machine: 'made-up', profile: 'none' })
    expect(body.files).toMatchObject([{ name: 'ks.cfg', origin: { kind: 'shipped' } }])
    expect(body.files[0]?.text).toContain('timezone Europe/Berlin --utc\n')
    expect(body.from).toEqual({ 'settings.timezone': 'run' })
    expect(body.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(body.unjudged.length).toBeGreaterThan(0)
  })

  it.each(['ipxe', 'grub'])('is told for boot scripts of %s too, with a code that is none', async (family) => {
    const { status, body } = await render({ family })
    expect(status).toBe(200)
    expect(body.files).toHaveLength(6)
    expect(body.files[0]?.text).toMatch(
      /slipway\.door=192\.0\.2\.1:8443 .* slipway\.mac=52:54:00:00:00:01 slipway\.code=REDACTED/,
    )
    expect(body).toMatchObject({ findings: [], kernelArguments: [] })
  })

  it('says who said what, and takes it from whoever is nearest to the machine', async () => {
    const profile = {
      name: 'p',
      install: { keyboard: 'de', timezone: 'UTC', families: { kickstart: { selinux: 'permissive' } } },
    }
    expect((await call('PUT', '/profiles/p', profile)).status).toBe(204)
    const { body } = await render({ profile: 'p', settings: { timezone: 'Asia/Tokyo' } })
    expect(body.from).toEqual({
      ...{ 'settings.keyboard': 'profile', 'settings.timezone': 'run', 'options.selinux': 'profile' },
    })
    expect(body.files[0]?.text).toMatch(/^keyboard --xlayouts=de\ntimezone Asia\/Tokyo.*^selinux --permissive$/ms)
  })

  it('has no secret in it, though it is set', async () => {
    expect((await call('PUT', '/secrets/root', { secret: 'correct horse' })).status).toBe(204)
    const { body } = await render({ settings: { rootPassword: { secret: 'root' } } })
    expect(body.files[0]?.text).toContain('rootpw --iscrypted REDACTED\n')
    expect(JSON.stringify(body)).not.toMatch(/horse|\$6\$/)
  })

  it.each([
    [
      'an option that the family has not',
      { settings: { families: { kickstart: { selinux: 'off' } } } },
      /kickstart\.selinux/,
    ],
    ['a release that the family has not', { release: 'rocky-7' }, /release: expected one of .*rocky-9/],
    ['a family that is not there', { family: 'plan9' }, /expected a family .*kickstart/],
    ['a machine that is not there', { machine: 'gone' }, /expected a machine, got gone/],
    ['a URL with a password', { settings: { proxy: 'http://a:b@proxy/' } }, /without a password/],
    ['a newline in a command', { settings: { lateCommands: ['id\n%end'] } }, /one line of shell/],
  ])('is refused for %s', async (_name, more, says) => {
    const { status, body } = await render(more)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(body)).toMatch(says)
  })
})

describe('a boot template', () => {
  const shipped = async () => ((await call('GET', KS)).body as TemplateAnswer).source

  it('is replaced by a version of its own, compared, and given back', async () => {
    const source = (await shipped()).replace('firstboot --disabled', 'firstboot --enabled')
    expect((await call('PUT', KS, { source, note: 'as asked' })).body).toEqual({ version: 1, isNew: true })
    expect((await people.store.access.auditRows()).at(-1)).toMatchObject({
      ...{ action: 'templates.save', target: 'kickstart/ks.cfg.hbs', detail: { version: 1, note: 'as asked' } },
    })
    const { body } = await render()
    expect(body.files[0]).toMatchObject({ origin: { kind: 'version', version: 1 } })
    expect(body.files[0]?.text).toContain('firstboot --enabled')
    const { diff } = (await call('GET', `${KS}/diff`)).body as { diff: string }
    expect(diff).toMatch(/^-firstboot --disabled\n\+firstboot --enabled$/m)
    expect((await call('POST', `${KS}/restore`, { to: 'shipped' })).body).toEqual({ version: 2 })
    expect((await render()).body.files[0]?.origin).toEqual({ kind: 'shipped' })
    expect((await call('POST', `${KS}/restore`, { to: '1' })).body).toEqual({ version: 3 })
    expect((await render()).body.files[0]?.text).toContain('firstboot --enabled')
    const { versions } = (await call('GET', KS)).body as TemplateAnswer
    expect(versions.map(({ version, isShipped }) => [version, isShipped])).toEqual([
      [3, false],
      [2, true],
      [1, false],
    ])
  })

  it('is stored again only if it differs, where that is asked', async () => {
    const source = await shipped()
    const put = async (text: string) => (await call('PUT', KS, { source: text, onlyIfDiffers: true })).body
    expect(await put(source)).toEqual({ version: null, isNew: false })
    expect(await put(`${source}\n`)).toEqual({ version: 1, isNew: true })
    expect(await put(`${source}\n`)).toEqual({ version: 1, isNew: false })
    expect((await call('PUT', KS, { source: `${source}\n` })).body).toEqual({ version: 2, isNew: true })
    const saved = (await people.store.access.auditRows()).filter(({ action }) => action === 'templates.save')
    expect(saved).toHaveLength(2)
  })

  it('is tried before it is stored, by those who may', async () => {
    const sources = { 'kickstart/ks.cfg.hbs': 'lang {{settings.language}}\nbogus {{machine.name}}\n' }
    const { body } = await render({ sources }, 'operator')
    expect(body.files[0]).toMatchObject({ origin: { kind: 'unsaved' }, text: 'lang en_US.UTF-8\nbogus made-up\n' })
    expect(body.findings).toContainEqual(
      expect.objectContaining({ file: 'ks.cfg', line: 2, message: expect.stringContaining('got bogus') }),
    )
    expect((await render({ sources }, 'viewer')).status).toBe(403)
  })

  it.each([
    ['broken syntax', 'a\n{{#if b}}', /line \d/],
    ['a helper call', 'a\n{{lookup this "constructor"}}', /line 2: expected a value/],
    ['a value within quotes', `a\nx --y='{{machine.name}}'`, /line 2: expected a value that keeps its quotes/],
    ['a format that is not known', '{{#as "perl"}}{{/as}}', /the format perl/],
    ['a value that is not there', 'a\nb {{machine.colour}}', /ks\.cfg\.hbs, line 2, value machine\.colour/],
    ['a condition that is not there', 'a\n{{#if colour}}b{{/if}}', /ks\.cfg\.hbs, line 2, value colour/],
    [
      'a value that is not there, where accounts are told',
      '{{#each settings.users}}\n{{name}} {{shell}}\n{{/each}}',
      /ks\.cfg\.hbs, line 2, value shell/,
    ],
    [
      'a value that is not there, where nobody has an account',
      '{{#if settings.users}}a{{else}}\n{{colour}}{{/if}}',
      /ks\.cfg\.hbs, line 2, value colour/,
    ],
    ['a list for a word', 'a {{settings.users}}', /line 1, value settings\.users: expected text/],
  ])('with %s is not stored', async (_name, source, says) => {
    const { status, body } = await call('PUT', KS, { source })
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringMatching(says)])
    expect(((await call('GET', KS)).body as TemplateAnswer).versions).toEqual([])
  })

  it('that names a value which is not there says where', async () => {
    const sources = { 'kickstart/ks.cfg.hbs': 'a\n{{#if machine.colour}}b{{/if}}' }
    const { status, body } = await render({ sources }, 'operator')
    expect([status, JSON.stringify(body)]).toEqual([
      400,
      expect.stringMatching(/ks\.cfg\.hbs, line 2, value machine\.colour/),
    ])
  })

  it('is changed by nobody but admins', async () => {
    expect((await call('PUT', KS, { source: 'x' }, 'operator')).status).toBe(403)
    expect((await call('POST', `${KS}/restore`, { to: 'shipped' }, 'operator')).status).toBe(403)
    expect((await call('GET', '/templates/kickstart/..%2f..%2fpackage.json')).status).toBe(404)
  })
})

it('judges a file that is not ours', async () => {
  const files = [{ name: 'ks.cfg', text: 'lang en_US\nzerombr\nautostep\n' }]
  const { body } = await call('POST', '/templates/lint', { family: 'kickstart', release: 'rhel-10', files }, 'viewer')
  expect(body.findings).toContainEqual({
    file: 'ks.cfg',
    line: 3,
    severity: 'error',
    message: 'expected none: rhel10 refuses autostep',
  })
})

describe('secrets', () => {
  it('are named and never told, and set by admins only', async () => {
    expect((await call('PUT', '/secrets/root', { secret: 'x' }, 'operator')).status).toBe(403)
    await call('PUT', '/secrets/root', { secret: 'correct horse' })
    const { body } = await call('GET', '/secrets', undefined, 'operator')
    expect(body).toEqual([{ name: 'root', at: expect.any(Number), by: 'admin' }])
    expect(JSON.stringify(await people.store.access.auditRows())).not.toContain('horse')
    expect((await call('DELETE', '/secrets/root')).status).toBe(204)
    expect((await call('DELETE', '/secrets/root')).status).toBe(409)
  })
  it.each(['', 'a\nb', 'a\u0000b', 'x'.repeat(1025)])('%j is none', async (secret) => {
    expect((await call('PUT', '/secrets/root', { secret })).status).toBe(400)
  })
})
