import { expect, it } from 'vitest'
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
