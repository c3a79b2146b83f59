import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { BOOT_IMAGE_PARTS, FIRMWARE, LOADERS } from '../../src/boot/firmware.ts'
import { readLoaderFacts } from '../../src/boot/loader-file/loader-facts.ts'
import { printLoaders } from '../../src/boot/print-loaders.ts'

const PAGE = '../../docs/booting.md'
/** The printed tables of the page, between the comments that say where they come from. */
const PRINTED = /(<!-- printed from src\/boot\/firmware\.ts -->\n)([\s\S]*?)(\n<!-- end -->)/

async function printed(): Promise<string> {
  const loaders = [...LOADERS, BOOT_IMAGE_PARTS.grub]
  const signers = new Map(
    await Promise.all(
      loaders.map(async ({ name, from }) => {
        const facts = typeof from === 'object' ? readLoaderFacts(await readFile(from.path)) : undefined
        return [name, facts?.signer] as const
      }),
    ),
  )
  return printLoaders(({ name }) => signers.get(name))
}

it('is what docs/booting.md shows, with the signatures that the files bear', async () => {
  const page = await readFile(new URL(PAGE, import.meta.url), 'utf8')
  expect(page).toMatch(PRINTED)
  const table = await printed()
  const fresh = page.replace(PRINTED, (_all, head: string, _table, end: string) => head + table + end)
  await expect(fresh).toMatchFileSnapshot(PAGE)
})

it('has a line for every kind of firmware and every loader', async () => {
  const lines = (await printed()).split('\n')
  for (const { arch, says } of FIRMWARE) expect(lines.join('\n')).toContain(`| ${arch} | ${says} |`)
  for (const { name } of [...LOADERS, BOOT_IMAGE_PARTS.grub])
    expect(lines.filter((line) => line.startsWith(`| \`${name}\` |`))).toHaveLength(1)
})
