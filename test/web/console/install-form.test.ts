import { expect, it } from 'vitest'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()
const ASK = 'summary:has-text("system’s own installer")'

it('starts an installation by an installer of the library, for a release of a family that runs can install by', async () => {
  const { page, people } = shown
  const { name, version, manifestDigest } = { name: 'debian-installer', version: '12', manifestDigest: 'e'.repeat(64) }
  const bytes = { size: 1 << 26, storedBytes: 1 << 26, ownBytes: 1 << 26, createdAt: '2026-01-01T00:00:00Z' }
  await people.store.images.add({ name, version, kind: 'kernel', manifestDigest, ...bytes })
  await shown.signIn('operator')
  await page.goto(`${people.base}/runs`)
  await page.click(ASK)
  await shown.picture('install-form')
  expect(await shown.findings()).toEqual([])
  expect(
    await page.locator('#release optgroup').evaluateAll((all) => all.map((one) => one.getAttribute('label'))),
  ).toContain('Preseed (Debian)')
  await page.selectOption('#release', 'preseed debian-12')
  await page.click('button:has-text("Install")')
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/)
  const run = await people.store.runs.find(page.url().split('/').at(-1)!)
  expect(run).toMatchObject({ kind: 'install', machine: 'm1', image: name, version, install: { family: 'preseed' } })
  expect(shown.complaints).toEqual([])
})

it('says what is missing where the library has no installer', async () => {
  const { page, people } = shown
  await shown.signIn('operator')
  await page.goto(`${people.base}/runs`)
  await page.click(ASK)
  expect(await page.textContent('#why-no-install')).toMatch(/no installer yet\. slipway image import /)
  expect(await page.isDisabled('button:has-text("Install")')).toBe(true)
})
