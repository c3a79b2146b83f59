import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { stringify } from 'yaml'
import { createBuildStep } from '../../src/recipes/build-step.ts'
import { parseHardening, withSettings } from '../../src/recipes/hardening.ts'
import { parseRecipe, recipeDigest } from '../../src/recipes/recipe.ts'
import { checkSettings, parseTold, type Setting, settingsProgram } from '../../src/recipes/setting.ts'
import { temporaryFolder } from './disk-fixture.ts'

const line = { id: 'one', says: 'It is one', tells: 'echo 1', value: '1' }
const profile = { format: 'slipway-hardening/1', name: 'small', settings: [line] }
const parsed = (change = {}) => parseHardening(stringify({ ...profile, ...change }))
const recipe = (change = {}) =>
  parseRecipe(
    stringify({
      ...{ format: 'slipway-recipe/1', name: 'child', version: '1', timestamp: '2026-01-01T00:00:00Z' },
      ...{ parent: { name: 'small', version: '1' }, ...change },
    }),
  )

test.each(globSync('images/hardening/*.yaml'))('%s is a profile of the same name', (file) => {
  expect(file).toContain(`/${parseHardening(readFileSync(file, 'utf8')).name}.yaml`)
})

test.each(globSync('images/recipes/*.yaml'))('%s names a profile and exceptions that are there', (file) => {
  const read = parseRecipe(readFileSync(file, 'utf8'))
  const text = read.hardening && readFileSync(`images/hardening/${read.hardening.profile}.yaml`, 'utf8')
  expect(() => withSettings(read, text === undefined ? undefined : parseHardening(text))).not.toThrow()
})

test.each([
  ['a setting twice', { settings: [line, { ...line }] }, 'got one twice'],
  ['a setting that nothing tells', { settings: [{ ...line, tells: undefined }] }, 'exactly one of sysctl, sshd'],
  ['a setting of two kinds', { settings: [{ ...line, sysctl: 'a.b' }] }, 'exactly one of sysctl, sshd'],
  [
    'a sysctl with a command in it',
    { settings: [{ ...line, tells: undefined, sysctl: 'a.b;c' }] },
    'settings.0.sysctl',
  ],
  ['a value of two lines', { settings: [{ ...line, value: 'a\nb' }] }, 'settings.0.value: expected one line'],
  ['an unknown field', { checks: [] }, 'Unrecognized key'],
])('refuses a profile with %s', (_, change, message) => {
  expect(() => parsed(change)).toThrow(expect.objectContaining({ code: 'recipe.invalid' }))
  expect(() => parsed(change)).toThrow(message)
})

it('adds what a profile asks for before what the recipe does itself, with one program that tells all of it', () => {
  const settings = [
    { ...line, files: [{ path: '/etc/one', content: '1' }], run: ['echo one'] },
    { id: 'two', says: 'It is two', sysctl: 'kernel.two_of', value: '2' },
    { id: 'three', says: 'It is three', sshd: 'PermitThree', value: 'no' },
  ]
  const own = { files: [{ path: '/etc/own', content: 'x' }], run: ['echo own'], settings: [{ ...line, id: 'own' }] }
  const got = withSettings(recipe({ ...own, hardening: { profile: 'small' } }), parsed({ settings }))
  expect(got.settings?.map(({ id }) => id)).toEqual(['one', 'two', 'three', 'own'])
  expect(got.run).toEqual(['echo one', 'echo own'])
  expect(got.files.map(({ path }) => path)).toEqual([
    ...['/etc/sysctl.d/99-slipway-hardening.conf', '/etc/ssh/sshd_config.d/10-hardening.conf', '/etc/one'],
    ...['/usr/lib/slipway/settings.d/child', '/etc/own'],
  ])
  expect(got.files[0]?.content).toBe('# It is two\nkernel.two_of = 2\n')
  expect(got.files[1]?.content).toBe('# It is three\nPermitThree no\n')
  expect(got.files[3]?.content).toContain('cat /proc/sys/kernel/two_of')
})

it('digests a recipe with its profile, so that another profile makes another disk', () => {
  const wish = recipe({ hardening: { profile: 'small' } })
  const digests = ['1', '2'].map((value) =>
    recipeDigest(withSettings(wish, parsed({ settings: [{ ...line, value }] }))),
  )
  expect(new Set([...digests, recipeDigest(wish)]).size).toBe(3)
})

it('leaves out what a recipe excepts, and refuses an exception that is no setting', () => {
  const settings = [line, { ...line, id: 'two' }]
  const wish = (except: string[]) => recipe({ hardening: { profile: 'small', except } })
  expect(withSettings(wish(['one']), parsed({ settings })).settings?.map(({ id }) => id)).toEqual(['two'])
  expect(() => withSettings(wish(['three']), parsed({ settings }))).toThrow('to be a setting, got three')
})

it('leaves a recipe without settings as it is', () => expect(withSettings(recipe(), undefined)).toEqual(recipe()))

const settings: Setting[] = [
  { id: 'quotes', says: 'Quotes stay', tells: `echo "it's" 'all  "one"'`, value: `it's all  "one"` },
  { id: 'first', says: 'The first line counts', tells: 'printf "a\\nb\\n"', value: 'a' },
  { id: 'fails', says: 'A look that fails says nothing', tells: 'exit 3', value: 'x' },
  { id: 'reads', says: 'A look reads nothing', tells: 'cat', running: 'echo other', value: 'x' },
]

it('writes a program that tells one line a setting, whatever its commands are', () => {
  const file = join(temporaryFolder(), 'told')
  writeFileSync(file, settingsProgram('x', settings).content)
  const told = parseTold(execFileSync('sh', [file], { encoding: 'utf8' }))
  expect([...told]).toEqual([
    ...[
      ['quotes', `it's all  "one"`],
      ['first', 'a'],
      ['fails', ''],
      ['reads', 'other'],
    ],
  ])
})

it('fails a build with every setting that stands otherwise', async () => {
  const run = async () => 'setting=quotes it\'s all  "one"\nsetting=first b\n'
  const step = { ...createBuildStep('guarantees', () => {}), run }
  await expect(checkSettings(step, '/tree', settings.slice(0, 3))).rejects.toMatchObject({
    code: 'recipe.failed',
    message: expect.stringContaining('expected first a, got b; fails x, got nothing'),
  })
  await expect(checkSettings(step, '/tree', settings.slice(0, 1))).resolves.toBeUndefined()
})
