import { globSync, readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { parseRecipe, recipeDigest, recipeUuid } from '../../src/recipes/recipe.ts'

const small = {
  format: 'slipway-recipe/1',
  name: 'small',
  version: '1',
  timestamp: '2026-01-01T00:00:00Z',
  base: {
    suite: 'bookworm',
    sources: ['deb http://deb.debian.org/debian bookworm main'],
    packages: ['linux-image-cloud-amd64'],
    disk: { sizeMiB: 512 },
  },
}
const { base } = small
const parent = { name: 'small', version: '1' }

test.each(globSync('images/recipes/*.yaml'))('%s is a recipe', (file) => {
  const recipe = parseRecipe(readFileSync(file, 'utf8'))
  expect(file).toContain(recipe.name)
})

it('fills in what a recipe may leave out', () => {
  expect(parseRecipe(stringify(small))).toMatchObject({
    base: { disk: { espMiB: 64 }, kernelArguments: [], files: [] },
    change: { upgrade: false, packages: [] },
    guarantees: { paths: [], commands: [] },
  })
})

test.each([
  ['no format', { format: undefined }, 'format: '],
  ['an unknown field', { disks: 2 }, 'Unrecognized key: "disks"'],
  ['an unknown field inside', { base: { ...base, mirror: 'x' } }, 'base: Unrecognized key: "mirror"'],
  ['a name in capitals', { name: 'Small' }, 'name: expected 1 to 64 of'],
  ['neither base nor parent', { base: undefined }, 'base: expected exactly one of base and parent'],
  ['both base and parent', { parent }, 'base: expected exactly one of base and parent'],
  ['a disk that is too small', { base: { ...base, disk: { sizeMiB: 10 } } }, 'base.disk.sizeMiB: '],
  ['no packages', { base: { ...base, packages: [] } }, 'base.packages: '],
  ['a package that is an option', { base: { ...base, packages: ['-o'] } }, 'base.packages.0: expected the name'],
  ['a source that is no line of apt', { base: { ...base, sources: ['[trusted=yes]'] } }, 'base.sources.0: expected'],
  ['a kernel argument with a space', { base: { ...base, kernelArguments: ['a b'] } }, 'base.kernelArguments.0: '],
  ['a relative path', { files: [{ path: 'etc/x', content: '' }] }, 'files.0.path: expected an absolute path'],
  ['a path that climbs', { files: [{ path: '/etc/../x', content: '' }] }, 'files.0.path: expected an absolute path'],
  ['a path with a line in it', { files: [{ path: '/a\nrm /', content: '' }] }, 'files.0.path: expected an absolute'],
  ['a path with a quote in it', { remove: ['/a"b'] }, 'remove.0: expected an absolute path'],
  [
    'a mode that is not octal',
    { files: [{ path: '/x', content: '', mode: '0999' }] },
    'files.0.mode: expected an octal',
  ],
  ['a mode as a number', { files: [{ path: '/x', content: '', mode: 644 }] }, 'files.0.mode: '],
  ['a time that is none', { timestamp: 'today' }, 'timestamp: '],
])('refuses %s and names the field', (_, change, message) => {
  const act = () => parseRecipe(stringify({ ...small, ...change }))
  expect(act).toThrow(expect.objectContaining({ code: 'recipe.invalid' }))
  expect(act).toThrow(message)
})

test.each([
  ['no YAML', 'a: [1'],
  ['nothing', ''],
  ['a key twice', 'name: a\nname: b\n'],
  ['aliases that grow', `a: &a [x]\nb: [${'*a, '.repeat(9)}*a]\n`],
])('refuses %s', (_, text) => {
  expect(() => parseRecipe(text)).toThrow(expect.objectContaining({ code: 'recipe.invalid' }))
})

it('digests what a recipe says, not how it is written', () => {
  const text = stringify(small)
  const other = `# words\n${stringify(Object.fromEntries(Object.entries(parse(text)).reverse()))}`
  const digest = recipeDigest(parseRecipe(text))
  expect(recipeDigest(parseRecipe(other))).toBe(digest)
  expect(recipeDigest(parseRecipe(stringify({ ...small, version: '2' })))).not.toBe(digest)
})

it('gives each purpose a UUID that stays', () => {
  const recipe = parseRecipe(stringify(small))
  expect(recipeUuid(recipe, 'disk')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(recipeUuid(recipe, 'disk')).toBe(recipeUuid(recipe, 'disk'))
  expect(recipeUuid(recipe, 'esp')).not.toBe(recipeUuid(recipe, 'disk'))
})
