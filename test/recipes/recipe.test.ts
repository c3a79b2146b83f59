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
const install = { installer: { name: 'debian-installer', version: '12.9' }, disk: { sizeMiB: 4096 } }
const installed = { ...small, base: undefined, install }

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
  ['none of base, parent and install', { base: undefined }, 'base: expected exactly one of base, parent and install'],
  ['both base and parent', { parent }, 'base: expected exactly one of base, parent and install'],
  ['both base and install', { install }, 'base: expected exactly one of base, parent and install'],
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

it('fills in what an installer may leave out', () => {
  const recipe = parseRecipe(stringify(installed))
  expect(recipe.install).toMatchObject({
    ...{ kernelArguments: [], answers: [], timeoutMinutes: 90, silenceMinutes: 20 },
    machine: { memoryMiB: 2048, firmware: 'bios' },
  })
  expect(recipe.seed).toBeUndefined()
})

const more = (field: object) => ({ install: { ...install, ...field } })
const answers = (path: string) => more({ answers: [{ path, content: '' }] })

test.each([
  ['no installer', more({ installer: undefined }), 'install.installer: '],
  ['an installer without a version', more({ installer: { name: 'x' } }), 'install.installer.version: '],
  ['no disk', more({ disk: undefined }), 'install.disk: '],
  ['a disk that is too small', more({ disk: { sizeMiB: 1 } }), 'install.disk.sizeMiB: '],
  ['a kernel argument that is two', more({ kernelArguments: ['a b'] }), 'install.kernelArguments.0: expected one'],
  ['more arguments than a kernel reads', more({ kernelArguments: ['a'.repeat(1801)] }), 'install.kernelArguments: '],
  ['an answer file that climbs', answers('/../x'), 'install.answers.0.path: expected an absolute path'],
  ['a relative answer file', answers('preseed.cfg'), 'install.answers.0.path: expected an absolute path'],
  ['a volume that is an option', more({ disc: '-o' }), 'install.disc: expected 1 to 32 of'],
  ['a volume with a long name', more({ disc: 'x'.repeat(33) }), 'install.disc: expected 1 to 32 of'],
  ['a firmware that no machine has', more({ machine: { firmware: 'coreboot' } }), 'install.machine.firmware: '],
  ['a machine without memory', more({ machine: { memoryMiB: 16 } }), 'install.machine.memoryMiB: '],
  ['no time at all', more({ timeoutMinutes: 0 }), 'install.timeoutMinutes: '],
  ['an unknown field', more({ network: true }), 'install: Unrecognized key: "network"'],
  ['files beside it', { files: [{ path: '/x', content: '' }] }, 'files: expected none beside install'],
  ['commands beside it', { run: ['true'] }, 'run: expected none beside install'],
  ['removals beside it', { remove: ['/x'] }, 'remove: expected none beside install'],
  ['packages beside it', { change: { packages: ['nginx'] } }, 'change: expected none beside install'],
  ['an upgrade beside it', { change: { upgrade: true } }, 'change: expected none beside install'],
  ['hardening beside it', { hardening: { profile: 'server' } }, 'hardening: expected none beside install'],
  ['guaranteed commands', { guarantees: { commands: ['true'] } }, 'guarantees.commands: expected none beside install'],
])('refuses an installer with %s and names the field', (_, change, message) => {
  const act = () => parseRecipe(stringify({ ...installed, ...change }))
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
