import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import type { ZodObject } from 'zod'
import { answerValues } from '../../src/app/answer-files.ts'
import { AppError } from '../../src/core/errors.ts'
import type { Family } from '../../src/families/family.ts'
import { readGrub } from '../../src/families/formats/grub-script.ts'
import { readIpxe } from '../../src/families/formats/ipxe-script.ts'
import { grub } from '../../src/families/grub.ts'
import { ipxe } from '../../src/families/ipxe.ts'
import { BOOT_TEMPLATES } from '../../src/templates/template-folder.ts'
import { FAMILY_CASES, renderFamily, valuesOf } from './family-cases.ts'

// The suite of the families of operating systems does not fit: scripts say nothing of disks, links and people. Broken
// files are in the tests of the two judges.
const { values: INJECTED } = JSON.parse(
  readFileSync(new URL('../fixtures/injection.json', import.meta.url), 'utf8'),
) as { values: string[] }
const PLAIN = 'Plainvalue'

const readIpxeWords = (text: string) =>
  readIpxe(text).map(({ label, commands }) => ({ label, commands: commands.map(({ words, end }) => ({ words, end })) }))
const readGrubWords = (text: string) =>
  readGrub(text).commands.map(({ line, words }) => ({ line, words: words.map((word) => word.text) }))

describe.each([
  ['ipxe', ipxe as Family, readIpxeWords as (text: string) => unknown],
  ['grub', grub as Family, readGrubWords],
])('%s', (name, family, read) => {
  const [{ name: release }] = family.releases

  test.each([
    ['a BIOS machine', 'plain'],
    ['a UEFI machine', 'secure-boot'],
  ])('scripts for %s are those of the golden files, and nothing is found in them', async (_machine, which) => {
    const files = renderFamily(family, valuesOf(FAMILY_CASES[which]!, family, release), release)
    for (const { name: file, text } of files)
      await expect(text).toMatchFileSnapshot(`../golden/${name}/${which}/${file}`)
    expect(await family.judge(files, release)).toEqual([])
  })

  it('has every script that machines are given, in its format', () => {
    const given = Object.entries(BOOT_TEMPLATES).filter(([path]) => path.startsWith(`${name}/`))
    expect(family.files.map(({ template, format }) => [template, format]).sort()).toEqual(given.sort())
  })

  it('tells for each file what it may say, of words that there are, each for some file', () => {
    expect(Object.keys(family.says!)).toEqual(family.files.map((file) => file.name))
    expect([...new Set(Object.values(family.says!).flat())].sort()).toEqual(
      Object.keys((family.words as ZodObject).shape).sort(),
    )
  })

  it('takes no options', () => {
    const values = valuesOf(FAMILY_CASES.plain!, family, release)
    expect(() => answerValues({ family, release, values, options: { colour: 'blue' } })).toThrow(/colour/)
  })

  describe('kernel arguments and consoles that a person may type stay one word', () => {
    const readWith = (value: string) => {
      const values = valuesOf(FAMILY_CASES.plain!, family, release)
      const typed = { ...values, kernelArguments: [value], consoles: ['tty0', value] }
      return renderFamily(family, typed, release).map(({ text }) => read(text))
    }
    const plain = JSON.stringify(readWith(PLAIN))
    test.each(INJECTED.map((value) => [JSON.stringify(value).slice(0, 50), value]))('%s', (_name, value) => {
      try {
        expect(readWith(value)).toEqual(JSON.parse(plain.replaceAll(PLAIN, () => JSON.stringify(value).slice(1, -1))))
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        expect(error).toMatchObject({ code: 'template.invalid', message: expect.stringMatching(/value this: /) })
      }
    })
  })
})
