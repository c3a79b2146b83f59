import { expect, it } from 'vitest'
import { printFamilies } from '../../src/families/print-families.ts'
import { printTemplateVariables } from '../../src/families/print-template-variables.ts'

it('is what docs/template-variables.md shows', async () => {
  await expect(printTemplateVariables()).toMatchFileSnapshot('../../docs/template-variables.md')
})

it('says of every value what it is', () => {
  const silent = printTemplateVariables()
    .split('\n')
    .filter((line) => /^\| `/.test(line) && / \| +\|$/.test(line))
  expect(silent).toEqual([])
})

it('docs/families.md says how far each family was tried', async () => {
  await expect(printFamilies()).toMatchFileSnapshot('../../docs/families.md')
})
