import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { silentLog } from '../../src/core/log.ts'
import { type BuildOptions, type BuiltDisk, createRecipeBuilder } from '../../src/recipes/builder.ts'
import { parseRecipe } from '../../src/recipes/recipe.ts'
import { askDebugfs, OLD_TIME, temporaryFolder, writeTinyDisk, writeTinyTree } from './disk-fixture.ts'

const CHUNK = 64 * 1024
const EPOCH = Date.parse('2026-01-01T00:00:00Z') / 1000
let folder: string
let parent: NonNullable<BuildOptions['parent']>

beforeEach(() => {
  folder = temporaryFolder()
  const tree = join(folder, 'tree')
  writeTinyTree(tree)
  writeTinyDisk(join(folder, 'parent.raw'), tree)
  parent = {
    file: join(folder, 'parent.raw'),
    digest: 'a'.repeat(64),
    boot: {
      firmware: ['bios'],
      rootPartition: null,
      fileSystem: 'ext4',
      kernel: null,
      seed: 'none',
      banners: [{ port: 22, expect: 'SSH' }],
    },
  }
})

function build(change: object, options: BuildOptions = {}): Promise<BuiltDisk> {
  const builder = createRecipeBuilder({
    cacheFolder: join(folder, 'cache'),
    clock: { now: () => EPOCH * 1000 },
    log: silentLog,
  })
  const recipe = {
    format: 'slipway-recipe/1',
    name: 'tiny',
    version: '2',
    timestamp: '2026-01-01T00:00:00Z',
    parent: { name: 'tiny', version: '1' },
    ...change,
  }
  return builder.build(parseRecipe(stringify(recipe)), { parent, ...options })
}

const change = {
  files: [
    { path: '/etc/greeting', content: 'good day\n', mode: '0640' },
    { path: '/lib/through-a-link', content: 'x' },
    { path: '/new/folder/tool', content: '#!/bin/sh\n', mode: '0755' },
    { path: '/data/link', content: 'no link any more\n' },
  ],
  remove: ['/gone', '/usr/lib/file-1*'],
  guarantees: { paths: ['/etc/greeting', '/lib/file-2', '/new/folder/tool'] },
  banners: [{ port: 80, expect: 'HTTP' }],
}

it('changes files inside of the parent and shares most of its chunks', async () => {
  const built = await build(change)
  execFileSync('e2fsck', ['-f', '-n', built.file], { stdio: 'ignore' })
  const [old, young] = [readFileSync(parent.file), readFileSync(built.file)]
  expect(young.length).toBe(old.length)
  let [used, shared] = [0, 0]
  for (let at = 0; at < old.length; at += CHUNK) {
    const chunk = young.subarray(at, at + CHUNK)
    if (chunk.every((byte) => byte === 0)) continue
    used += 1
    if (chunk.equals(old.subarray(at, at + CHUNK))) shared += 1
  }
  expect(used).toBeGreaterThan(90)
  expect(shared / used).toBeGreaterThan(0.9)
})

it('keeps owners, modes, links and times of what it did not change, and sets those of what it did', async () => {
  const { file } = await build(change)
  const stat = (path: string) => {
    const text = askDebugfs(file, `stat ${path}`)
    const field = (pattern: RegExp) => pattern.exec(text)?.[1]
    return {
      type: field(/Type: (\w+)/),
      mode: field(/Mode:\s+(\d+)/),
      uid: field(/User:\s+(\d+)/),
      gid: field(/Group:\s+(\d+)/),
      mtime: Number.parseInt(field(/mtime: 0x([0-9a-f]+)/)!, 16),
    }
  }
  const root = { uid: '0', gid: '0' }
  expect(stat('/etc/secret')).toEqual({ type: 'regular', mode: '0600', uid: '1000', gid: '70000', mtime: OLD_TIME })
  expect(stat('/lib')).toMatchObject({ type: 'symlink', mtime: OLD_TIME })
  expect(stat('/etc/greeting')).toEqual({ type: 'regular', mode: '0640', ...root, mtime: EPOCH })
  expect(stat('/new/folder')).toEqual({ type: 'directory', mode: '0755', ...root, mtime: EPOCH })
  expect(stat('/new/folder/tool')).toMatchObject({ mode: '0755', mtime: EPOCH })
  expect(stat('/data')).toEqual({ type: 'directory', mode: '01777', ...root, mtime: EPOCH })
  expect(askDebugfs(file, 'ls -p /')).toContain('/041777/0/0/data/')
  expect(askDebugfs(file, 'ls -p /usr')).toContain('/104755/0/0/elevate/')
  expect(stat('/data/link')).toMatchObject({ type: 'regular' })
  expect(askDebugfs(file, 'cat /etc/greeting')).toBe('good day\n')
  expect(askDebugfs(file, 'cat /usr/lib/through-a-link')).toBe('x')
  expect(askDebugfs(file, 'cat /etc/slipway-release')).toBe('SLIPWAY_IMAGE=tiny\nSLIPWAY_VERSION=2\n')
  const names = askDebugfs(file, 'ls -p /usr/lib')
  expect(names).toContain('/file-2/')
  expect(names).not.toContain('/file-1/')
  expect(askDebugfs(file, 'ls -p /')).not.toContain('/gone/')
})

it('makes the same bytes of the same recipe, and does not make them twice', async () => {
  const first = await build(change)
  const bytes = readFileSync(first.file)
  const second = await build(change)
  const third = await build(change, { fresh: true })
  expect([first.fromCache, second.fromCache, third.fromCache]).toEqual([false, true, false])
  expect(readFileSync(third.file).equals(bytes)).toBe(true)
})

it('tells what the manifest must say', async () => {
  const built = await build(change)
  expect(built.parent).toBe(parent.digest)
  expect(built.boot).toEqual({
    ...parent.boot,
    banners: [
      { port: 22, expect: 'SSH' },
      { port: 80, expect: 'HTTP' },
    ],
  })
  expect(built.provenance).toMatchObject({ recipe: 'tiny/2', recipeDigest: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

it('shows its steps in order', async () => {
  const steps: string[] = []
  await build(change, { onProgress: ({ step, number, of, line }) => line ?? steps.push(`${number}/${of} ${step}`) })
  expect(steps).toEqual([
    '1/8 tools',
    '2/8 archive',
    '3/8 parent',
    '4/8 packages',
    '5/8 changes',
    '6/8 guarantees',
    '7/8 file-system',
    '8/8 proof',
  ])
})

it.each([
  [
    'a guarantee that is not kept',
    { guarantees: { paths: ['/etc/none'] } },
    'guarantees',
    'expected the guaranteed /etc/none',
  ],
  [
    'more than the file system holds',
    { files: [{ path: '/big', content: 'x'.repeat(17_000_000) }] },
    'file-system',
    'expected debugfs to do all',
  ],
  ['a command in a tree without a shell', { run: ['true'] }, 'changes', 'expected unshare to end with 0'],
])('fails at %s, names the step and keeps nothing', async (_, recipe, step, message) => {
  const built = build(recipe)
  await expect(built).rejects.toMatchObject({ code: 'recipe.failed', details: { step } })
  await expect(built).rejects.toThrow(`step ${step}: ${message}`)
  expect(execFileSync('ls', [join(folder, 'cache/recipes')], { encoding: 'utf8' })).toBe('')
})

it('refuses a recipe whose parent the caller does not have', async () => {
  const builder = createRecipeBuilder({ cacheFolder: folder, clock: { now: () => 0 }, log: silentLog })
  const text =
    'format: slipway-recipe/1\nname: a\nversion: b\ntimestamp: 2026-01-01T00:00:00Z\nparent: {name: a, version: a}\n'
  await expect(builder.build(parseRecipe(text))).rejects.toMatchObject({ code: 'recipe.invalid' })
})

it('never writes through a link out of the tree', async () => {
  const outside = join(folder, 'outside')
  const tree = join(folder, 'tree')
  symlinkSync(outside, join(tree, 'etc/leads-out'))
  execFileSync('rm', [parent.file])
  writeTinyDisk(parent.file, tree)
  const { file } = await build({ files: [{ path: '/etc/leads-out/file', content: 'x' }] }).catch(() => ({
    file: undefined,
  }))
  expect(() => readFileSync(join(outside, 'file'))).toThrow('ENOENT')
  if (file) execFileSync('e2fsck', ['-f', '-n', file], { stdio: 'ignore' })
})
