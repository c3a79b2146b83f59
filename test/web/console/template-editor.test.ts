import { expect, it, test } from 'vitest'
import { DESKTOP, PHONE, useConsole } from './browser-fixture.ts'

const shown = useConsole()
const KS = 'kickstart/ks.cfg.hbs'
const versions = async () => (await shown.people.templates.show(KS)).versions.map(({ version, by }) => [version, by])
const sourceNow = async () => (await shown.people.templates.show(KS)).source

/** What the browser sends of the form where no script runs. */
const post = (fields: Record<string, string>, role: 'admin' | 'operator' | 'viewer' = 'admin') =>
  fetch(`${shown.people.base}/templates/${KS}`, {
    ...{ method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' },
    headers: { authorization: `Bearer ${shown.people.tokens[role]}` },
  })

it('tries what is typed and shows the findings at their lines, without storing it', async () => {
  const { page, people } = shown
  await shown.signIn('admin')
  await page.goto(`${people.base}/templates/${KS}`)
  const source = await page.inputValue('#source')
  expect(source).toBe(await sourceNow())
  await page.fill('#source', source.replace('skipx', 'skipxx {{machine.name}}'))
  await page.selectOption('#release', 'rocky-9')
  await page.fill('#note', 'half done')
  await page.click('button[value=try]')
  await page.waitForSelector('#tried >> text=ks.cfg for made-up, rocky-9')
  expect(await page.locator('.has-finding').allInnerTexts()).toEqual([
    expect.stringMatching(/^skipxx made-up\s+expected a command that rhel9 knows, got skipxx/),
  ])
  expect(await page.inputValue('#source')).toContain('skipxx {{machine.name}}\n')
  expect(await page.inputValue('#note')).toBe('half done')
  expect(await page.inputValue('#release')).toBe('rocky-9')
  expect(await page.innerText('.chip.is-warn >> nth=0')).toBe('not saved')
  expect(await versions()).toEqual([])
})

it('saves by the keyboard alone, with a note', async () => {
  const { page, people } = shown
  await shown.signIn('admin')
  await page.goto(`${people.base}/templates/${KS}`)
  await page.focus('#source')
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.type('# ours\n')
  for (const _field of ['release', 'machine', 'try', 'note']) await page.keyboard.press('Tab')
  await page.keyboard.type('says whose it is')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.diff-line.is-new >> text=+# ours')
  expect(await versions()).toEqual([[1, 'ann-admin']])
  expect(await sourceNow()).toMatch(/^# ours\n[^\r]*$/)
  expect((await people.store.access.auditRows()).at(-1)).toMatchObject({
    ...{ actor: 'ann-admin', action: 'templates.save', target: KS, detail: { version: 1, note: 'says whose it is' } },
  })
})

it('keeps what was typed where saving is refused, and says why with its code', async () => {
  const { page, people } = shown
  await shown.signIn('admin')
  await page.goto(`${people.base}/templates/${KS}`)
  await page.fill('#source', '\nlang {{machine.colour}} <b>\n')
  await page.fill('#note', 'a <note>')
  await page.click('button[value=save]')
  await page.waitForSelector('#tried [role=alert]')
  expect(await page.innerText('#tried [role=alert]')).toMatch(
    /template kickstart\/ks\.cfg\.hbs, line 2, value machine\.colour: expected a value, got none\s+template\.value_missing · nothing was stored/,
  )
  expect(await page.inputValue('#source')).toBe('\nlang {{machine.colour}} <b>\n')
  expect(await page.inputValue('#note')).toBe('a <note>')
  expect(await versions()).toEqual([])
})

test.each([
  ['operator', true, true],
  ['viewer', false, false],
] as const)('is offered what the API would take: %s', async (role, mayTry, isDisabled) => {
  const { page, people } = shown
  await shown.signIn(role)
  await page.goto(`${people.base}/templates/${KS}`)
  expect(await page.locator('#source').count()).toBe(mayTry ? 1 : 0)
  expect(await page.locator('button[value=save]:disabled').count()).toBe(isDisabled ? 1 : 0)
})

it('needs no script, and takes from nobody what the API would not', async () => {
  const source = '# ours\r\nlang {{settings.language}}\r\n'
  const tried = await post({ source, wish: 'try' }, 'operator')
  expect([tried.status, await tried.text()]).toEqual([200, expect.stringContaining('<code>lang en_US.UTF-8</code>')])
  for (const [role, wish] of [
    ['operator', 'save'],
    ['viewer', 'save'],
    ['viewer', 'try'],
  ] as const) {
    const answer = await post({ source, wish }, role)
    expect([role, wish, answer.status]).toEqual([role, wish, 403])
    expect(await answer.text()).toContain('request.forbidden')
  }
  expect(await versions()).toEqual([])
  const saved = await post({ source, wish: 'save' })
  expect([saved.status, saved.headers.get('location')]).toEqual([303, `/templates/${KS}`])
  expect(await sourceNow()).toBe('# ours\nlang {{settings.language}}\n')
  expect((await post({ source, wish: 'save', note: 'a\nb' })).status).toBe(400)
  expect((await post({ source: 'x'.repeat(300_000), wish: 'save' })).status).toBe(400)
})

test.each([
  ['light', 'desktop', DESKTOP],
  ['dark', 'desktop', DESKTOP],
  ['light', 'phone', PHONE],
  ['dark', 'phone', PHONE],
] as const)('a trial and a refusal are usable by everyone in %s colours on a %s', async (colours, device, size) => {
  const { page, people } = shown
  await page.setViewportSize(size)
  await page.emulateMedia({ colorScheme: colours })
  await shown.signIn('admin')
  const source = await sourceNow()
  const states = {
    tried: [source.replace('skipx', 'skipxx {{machine.name}}'), 'try', '#tried .has-finding'],
    refused: [`${source}{{#if machine.colour}}\n`, 'save', '#tried [role=alert]'],
  } as const
  for (const [state, [typed, button, seen]] of Object.entries(states)) {
    await page.goto(`${people.base}/templates/${KS}`)
    await page.fill('#source', typed)
    await page.click(`button[value=${button}]`)
    await page.waitForSelector(seen)
    const [wide, wanted] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as number[]
    await shown.picture(`template-${state}-${colours}-${device}`)
    expect([state, wide, await shown.findings()]).toEqual([state, wanted, []])
  }
  expect(shown.complaints.filter((text) => !text.includes('400'))).toEqual([])
})
