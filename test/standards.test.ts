import { existsSync, readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'

const FAMILIES = { D: 22, L: 5, P: 13, H: 5, T: 12, W: 1 } as const
const required = Object.entries(FAMILIES).flatMap(([family, count]) =>
  Array.from({ length: count }, (_, index) => `${family}-${String(index + 1).padStart(2, '0')}`),
)

const page = readFileSync(new URL('../docs/standards.md', import.meta.url), 'utf8')
const [proofs, mutations] = page.split('## A test that can not fail') as [string, string]
const rows = [...proofs.matchAll(/^\| ([A-Z]-\d\d) \| .+ \| `(test\/[^`]+)`: (.+) \|$/gm)].map(
  ([, number, file, title]) => [number!, file!, title!.replaceAll('\\|', '|')] as const,
)

it('docs/standards.md has every number of the checklists, once, in order', () =>
  expect(rows.map(([number]) => number)).toEqual(required))

test.each(rows)('%s is proved by a test that exists', (_number, file, title) => {
  const path = new URL(`../${file}`, import.meta.url)
  expect(existsSync(path), file).toBe(true)
  const source = readFileSync(path, 'utf8').replaceAll("\\'", "'")
  expect(source.includes(title), `${file} has no test titled "${title}"`).toBe(true)
})

it('tells for twenty numbers at least which change of the source turned their test red', () => {
  const told = [...mutations.matchAll(/^\| ([A-Z]-\d\d) \| `(src\/[^`]+)` \|/gm)]
  expect(told.length).toBeGreaterThanOrEqual(20)
  for (const [, number, file] of told) {
    expect(required).toContain(number)
    expect(existsSync(new URL(`../${file}`, import.meta.url)), file).toBe(true)
  }
})
