import { access, readFile } from 'node:fs/promises'
import { expect, it, test } from 'vitest'
import { FIRMWARE } from '../../src/boot/firmware.ts'
import { LOCAL_BOOT, type LocalBootRow } from '../../src/boot/local-boot.ts'
import { printLocalBoot } from '../../src/boot/print-local-boot.ts'

const PAGE = '../../docs/booting.md'
/** The printed table of the page, between the comments that say where it comes from. */
const PRINTED = /(<!-- printed from src\/boot\/local-boot\.ts -->\n)([\s\S]*?)(\n<!-- end -->)/
const rows: [string, LocalBootRow][] = Object.entries(LOCAL_BOOT)

it('is what docs/booting.md shows', async () => {
  const page = await readFile(new URL(PAGE, import.meta.url), 'utf8')
  expect(page).toMatch(PRINTED)
  const fresh = page.replace(PRINTED, (_all, head: string, _table, end: string) => head + printLocalBoot() + end)
  await expect(fresh).toMatchFileSnapshot(PAGE)
})

it('prints every row on one line of four cells', () => {
  const [, , ...lines] = printLocalBoot().split('\n')
  expect(lines.map((line) => line.split(' | ').length)).toEqual(rows.map(() => 4))
  expect(lines.map((line) => /`(\w+)`/.exec(line)?.[1])).toEqual(rows.map(([name]) => name))
})

test.each(rows.flatMap(([name, { template }]) => (template ? [[name, template]] : [])))(
  '%s answers with the template %s, which exists',
  (_name, template) => access(new URL(`../../boot-templates/${template}`, import.meta.url)),
)

it('uses every answer that is no script for a firmware', () => {
  const offers = rows.filter(([, { template }]) => !template).map(([name]) => name)
  expect(new Set(FIRMWARE.map(({ local }) => local))).toEqual(new Set(offers))
})
