import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import type { Family } from '../../src/families/family.ts'
import { FAMILY_CASES, renderFamily, valuesOf } from './family-cases.ts'

/** A text that a judge has to refuse: the file, what of it is changed into what, the line and the words of the finding. */
export type BrokenCase = {
  file: string
  from: string | RegExp
  to: string
  says: RegExp
  in?: string
  severity?: 'warning'
}

/** What a family is tried with beside the cases of all. */
export type FamilyTrial = {
  family: Family
  broken: Readonly<Record<string, BrokenCase>>
  /** All scalars and the structure of a file, read by the family's own parser. */
  read(file: string, text: string): unknown
  options?: Readonly<Record<string, unknown>>
  /** Cases that the family can not do, or `case of release`, and the field that its refusal names. */
  refuses?: Readonly<Record<string, RegExp>>
}

const { values: INJECTED } = JSON.parse(
  readFileSync(new URL('../fixtures/injection.json', import.meta.url), 'utf8'),
) as { values: string[] }
/** A value that no format has to quote. */
const PLAIN = 'Plainvalue'

/** Golden files, judgements and injected values: the same for every family. */
export function conforms({ family, broken, read, options = {}, refuses = {} }: FamilyTrial): void {
  const newest = family.releases.at(-1)!.name
  const render = (name: string, release = newest) =>
    renderFamily(family, valuesOf(FAMILY_CASES[name]!, family, release), release, options[name])

  test.each(Object.entries(refuses))('%s is refused, by the name of its field', (what, says) => {
    const [name, release] = what.split(' of ') as [string, string?]
    const refusal = { code: 'template.invalid', message: expect.stringMatching(says) }
    for (const one of release === undefined ? family.releases.map((each) => each.name) : [release])
      expect(() => render(name, one)).toThrow(expect.objectContaining(refusal))
  })

  describe.each(Object.keys(FAMILY_CASES).filter((name) => !(name in refuses)))('%s', (name) => {
    it('is rendered like the golden files', async () => {
      for (const { name: file, text } of render(name))
        await expect(text).toMatchFileSnapshot(`../golden/${family.name}/${name}/${file}`)
    })
    it.each(family.releases.map((one) => one.name).filter((one) => !(`${name} of ${one}` in refuses)))(
      'of %s is judged well',
      async (release) => {
        const findings = await family.judge(render(name, release), release)
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
      },
    )
  })

  it('is tried with ten broken files at least', () => expect(Object.keys(broken).length).toBeGreaterThanOrEqual(10))
  test.each(Object.entries(broken))(
    'a file with %s is refused',
    async (_name, { file, from, to, says, in: from_, severity = 'error' }) => {
      const files = render(from_ ?? 'lvm-raid')
      const one = files.find((each) => each.name === file)!
      const text = one.text.replace(from, () => to)
      expect(text).not.toBe(one.text)
      const line = firstDifference(one.text, text)
      const findings = await family.judge(
        files.map((each) => (each === one ? { ...one, text } : each)),
        newest,
      )
      expect(findings).toContainEqual({
        file,
        severity,
        message: expect.stringMatching(says),
        line: expect.any(Number),
      })
      const found = findings.find(({ message }) => says.test(message))!
      expect(found.line, `near line ${line}`).toBeGreaterThan(0)
      expect(found.line).toBeLessThanOrEqual(text.split('\n').length)
    },
  )

  describe('values that a person may type stay one value', () => {
    const readWith = (value: string) => {
      const values = valuesOf(FAMILY_CASES.plain!, family, newest)
      const [user] = values.settings.users
      values.settings.organization = value
      values.settings.users = [{ ...user!, fullName: value }]
      const files = renderFamily(family, values, newest, options.plain, ({ secret, form }) =>
        secret === 'ada' && form === 'plain' ? value : `$6$x$${secret}`,
      )
      return Object.fromEntries(files.map(({ name, text }) => [name, read(name, text)]))
    }
    const plain = readWith(PLAIN)
    test.each(INJECTED.map((value) => [JSON.stringify(value).slice(0, 50), value]))('%s', (_name, value) => {
      try {
        expect(readWith(value)).toEqual(replaceAll(plain, value))
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        expect(error).toMatchObject({
          code: 'template.invalid',
          message: expect.stringMatching(/(fullName|organization|password|this|value) ?/),
        })
      }
    })
  })
}

const firstDifference = (one: string, other: string): number =>
  1 + one.split('\n').findIndex((line, at) => line !== other.split('\n')[at])

function replaceAll(tree: unknown, value: string): unknown {
  if (typeof tree === 'string') return tree.replaceAll(PLAIN, () => value)
  if (Array.isArray(tree)) return tree.map((one) => replaceAll(one, value))
  if (typeof tree !== 'object' || tree === null) return tree
  return Object.fromEntries(Object.entries(tree).map(([key, one]) => [key, replaceAll(one, value)]))
}
