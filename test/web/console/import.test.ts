import { expect, it } from 'vitest'
import { noise } from '../../image/manifest-sample.ts'
import { useConsole } from './browser-fixture.ts'

const shown = useConsole()

it('uploads a file in parts and asks for its import, by the format that its name states', async () => {
  const { page, people } = shown
  await shown.signIn()
  await page.goto(`${people.base}/images`)
  await page.fill('#import-name', 'tiny')
  await page.fill('#import-version', '1')
  await page.setInputFiles('#import-file', { name: 'disk.qcow2', mimeType: 'application/x', buffer: noise(1, 300_000) })
  await page.click('#import button')
  await page.waitForSelector('text=import of tiny has begun')
  const [wish] = people.wishes
  expect(wish).toMatchObject({ name: 'tiny', version: '1', format: 'disk.qcow2' })
  await people.uploads.file(wish!.upload!)
  await page.waitForSelector('#jobs >> text=import of tiny')
})

it('says why it takes nothing', async () => {
  const { page, people } = shown
  await shown.signIn()
  await page.goto(`${people.base}/images`)
  await page.fill('#import-name', 'tiny')
  await page.fill('#import-version', '1')
  await page.click('#import button')
  expect(await page.textContent('#import [data-error]')).toContain('Choose a file')
  await page.setInputFiles('#import-file', { name: 'disk.raw', mimeType: 'application/x', buffer: noise(1, 1_200_000) })
  await page.click('#import button')
  await page.waitForSelector('#import [data-error] >> text=stopped')
})
