import { expect, it } from 'vitest'
import { printMatchFields } from '../../../src/domain/matching/print-match-fields.ts'

it('is what docs/match-fields.md shows', async () => {
  await expect(printMatchFields()).toMatchFileSnapshot('../../../docs/match-fields.md')
})
