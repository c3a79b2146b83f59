import { expect, test } from 'vitest'
import * as z from 'zod'
import { AppError } from '../../src/core/errors.ts'
import type { Family } from '../../src/families/family.ts'
import { wordsKey } from '../../src/families/family.ts'
import { FAMILIES } from '../../src/families/index.ts'
import { FAMILY_CASES, valuesOf } from './family-cases.ts'

const rows = FAMILIES.flatMap((family) =>
  Object.keys(FAMILY_CASES).map((name): [string, string, Family] => [family.name, name, family]),
)

/** What has no default: nobody installs these without naming the disk. */
const OPTIONS: Readonly<Record<string, object>> = {
  ...{
    ignite: { disk: '0/1/1/0.0.0' },
    jumpstart: { disk: 'c1t0d0' },
    solaris: { disk: 'c1t0d0' },
    nim: { pvid: '00c6ac0e1f2a3b4c' },
  },
}

/** What a family says of a case; none where it refuses it, which its own test is about. */
function describeCase(family: Family, name: string): unknown {
  const release = family.releases.at(-1)!.name
  try {
    return family.describe(
      valuesOf(FAMILY_CASES[name]!, family, release),
      family.options.parse(OPTIONS[family.name] ?? {}),
      release,
    )
  } catch (error) {
    if (error instanceof AppError && error.code === 'template.invalid') return undefined
    throw error
  }
}

test.each(rows)('%s says of %s what its schema of words says', (_family, name, family) => {
  const words = describeCase(family, name)
  if (words !== undefined) expect(family.words.safeParse(words).error).toBeUndefined()
})

test.each(FAMILIES.map((family): [string, Family] => [family.name, family]))(
  '%s describes every word and option',
  (_name, family) => {
    const fields = [family.words, family.options].flatMap((schema) => Object.entries((schema as z.ZodObject).shape))
    const bare = fields.filter(
      ([, field]) => (field as z.ZodType).description === undefined && !((field as z.ZodType) instanceof z.ZodArray),
    )
    expect(bare.map(([field]) => field)).toEqual([])
  },
)

test.each([
  ['cloud-init', 'cloudInit'],
  ['kickstart', 'kickstart'],
])('templates call the words of %s %s', (name, key) => expect(wordsKey({ name })).toBe(key))
