import { expect, it } from 'vitest'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()

it('runs the checks for an operator, shows how far they are, and then what is to be done', async () => {
  const { page, people } = shown
  await shown.signIn()
  await page.click('nav >> text=Doctor')
  await page.click('button:text-is("Run the checks")')
  await page.waitForSelector('text=2 of 3 checks have ended')
  await shown.picture('doctor-running')
  people.doctor.end()
  await page.waitForSelector('h2:text-is("Problems")')
  const section = (title: string) => page.textContent(`section:has(h2:text-is("${title}"))`)
  expect(await section('Problems')).toMatch(/gateway 10\.77\.0\.254.*nobody answers by ARP.*Remedy\s*Set gateway/s)
  expect(await section('Warnings')).toMatch(/relay 172\.20\.0\.1/)
  expect(await section('Fine, or nothing to look at')).toMatch(/clock\s*ok.*images\s*skipped/s)
  expect(await page.textContent('[role=status]')).toMatch(/1 problem, 1 warning, 2 fine or skipped/)
  expect(shown.complaints).toEqual([])
})

it('tells a viewer whom to ask, and shows nothing of the host', async () => {
  const { page, people } = shown
  await shown.signIn('viewer')
  await page.goto(`${people.base}/doctor`)
  expect(await page.isEnabled('button:text-is("Run the checks")')).toBe(false)
  expect(await page.textContent('.action-why')).toContain('This needs the role operator')
  expect(await page.locator('#doctor').count()).toBe(0)
  expect((await people.call('GET', '/live/doctor', people.tokens.viewer)).status).toBe(403)
})
