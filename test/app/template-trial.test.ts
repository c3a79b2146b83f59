import { readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'
import { startArguments } from '../../src/app/answer-files.ts'
import { tryTemplate } from '../../src/app/template-trial.ts'
import { defineFamily, type FamilyFile } from '../../src/families/family.ts'
import { FAMILIES, findFamily } from '../../src/families/index.ts'
import { refusal } from '../../src/families/refuse.ts'
import { valuesOf } from '../families/family-cases.ts'

const shipped = ({ template }: FamilyFile) =>
  readFileSync(new URL(`../../boot-templates/${template}`, import.meta.url), 'utf8')

test.each(FAMILIES.map((family) => [family.name, family] as const))(
  'takes the templates of %s as they are shipped, and finds a value that is not there',
  async (_name, family) => {
    const [file] = family.files
    await tryTemplate(family, file, shipped(file))
    await expect(tryTemplate(family, file, 'x\n\n{{#if machine.colour}}{{/if}}')).rejects.toMatchObject({
      code: 'template.value_missing',
      message: expect.stringContaining(`${file.template}, line 3, value machine.colour`),
    })
  },
)

it.each([
  ['ipxe/hold.ipxe.hbs', 'ipxe', 'code'],
  ['grub/menu.cfg.hbs', 'grub', 'runId'],
])('finds in %s what is not known when a machine asks for it', async (path, name, word) => {
  const family = findFamily(name)
  const file = family.files.find(({ template }) => template === path)!
  await expect(tryTemplate(family, file, `# {{${name}.${word}}}\n`)).rejects.toMatchObject({
    code: 'template.value_missing',
    message: expect.stringContaining(`${path}, line 1, value ${name}.${word}`),
  })
})

it('tells a family its checked options where it says how its installer is started', () => {
  const family = defineFamily({
    ...findFamily('kickstart'),
    kernelArguments: (_values, options) => [JSON.stringify(options)],
  })
  const values = valuesOf({}, family, 'rocky-9')
  const start = (options: object) => startArguments({ family, release: 'rocky-9', values, options })
  expect(JSON.parse(start({ selinux: 'permissive' })[0]!)).toMatchObject({ selinux: 'permissive' })
  expect(() => start({ selinux: 'blue' })).toThrow(/kickstart\.selinux: /)
})

it('finds what only one release has not', async () => {
  const kickstart = findFamily('kickstart')
  const family = defineFamily({
    ...kickstart,
    describe: (values, options, release) => ({
      ...kickstart.describe(values, options, release),
      ...(release === 'rocky-9' ? {} : { colour: 'blue' }),
    }),
  })
  await expect(tryTemplate(family, family.files[0], 'a {{kickstart.colour}}')).rejects.toMatchObject({
    code: 'template.value_missing',
    message: expect.stringContaining('value kickstart.colour'),
  })
})

it('refuses no template because its family can do nothing with a made-up machine', async () => {
  const family = defineFamily({
    ...findFamily('kickstart'),
    describe: () => {
      throw refusal('settings.users', 'none')
    },
  })
  await tryTemplate(family, family.files[0], 'a {{gone}}')
})
