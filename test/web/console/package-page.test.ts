import { beforeEach, expect, it } from 'vitest'
import { addPackages } from '../package-data.ts'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()
beforeEach(() => addPackages(shown.people, Date.now()))

it('shows the room, the sources and how machines name them, and pins', async () => {
  const { page } = shown
  await shown.signIn()
  await page.click('nav >> text=Packages')
  expect(await page.getAttribute('.share-bar', 'aria-label')).toBe(
    '6.0 GiB pinned, 13.2 GiB that may go, 30.8 GiB free',
  )
  const row = (name: string) => page.textContent(`.package-table tr:has(.stack-title span:text-is("${name}"))`)
  expect(await row('debian')).toMatch(/follows.*13\.2 GiB in 4 files.*100 %.*40 of 40/s)
  expect(await row('debian-security')).toMatch(/pinned.*6\.0 GiB in 2 files.*not asked yet/s)
  expect(await page.textContent('pre')).toMatch(/mirror: http:\/\/ADDRESS:8081\/packages\/debian$/)
  await page.click('#pin-debian button')
  await page.waitForSelector('#unpin-debian')
  expect(await row('debian')).toMatch(/pinned/)
  await page.click('#unpin-debian-security button')
  await page.waitForSelector('#pin-debian-security')
  expect(shown.complaints).toEqual([])
})

it('tells a viewer why nothing can be pinned', async () => {
  await shown.signIn('viewer')
  await shown.page.goto(`${shown.people.base}/packages`)
  expect(await shown.page.textContent('#pin-debian-why')).toMatch(/needs the role operator/)
})
