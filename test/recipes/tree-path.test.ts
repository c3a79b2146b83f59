import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { matchInTree, resolveInTree } from '../../src/recipes/tree-path.ts'

let tree: string

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'slipway-tree-'))
  mkdirSync(join(tree, 'usr/lib'), { recursive: true })
  mkdirSync(join(tree, 'etc'))
  symlinkSync('usr/lib', join(tree, 'lib'))
  symlinkSync('/etc', join(tree, 'config'))
  symlinkSync('../../../..', join(tree, 'usr/lib/up'))
  symlinkSync('loop', join(tree, 'loop'))
  for (const name of ['etc/a.conf', 'etc/b.conf', 'etc/a+conf', 'usr/lib/x']) writeFileSync(join(tree, name), '')
})
afterAll(() => rmSync(tree, { recursive: true }))

test.each([
  ['/etc/passwd', 'etc/passwd'],
  ['/lib/x', 'usr/lib/x'],
  ['/config/a.conf', 'etc/a.conf'],
  ['/usr/lib/up/etc', 'etc'],
  ['/../../etc', 'etc'],
  ['/', ''],
])('%s means %s inside of the tree', async (path, expected) => {
  expect(await resolveInTree(tree, path)).toBe(join(tree, expected))
})

test.each(['/nothing/here', '/loop', '/loop/x'])('%s means nothing', async (path) => {
  expect(await resolveInTree(tree, path)).toBeUndefined()
})

test.each([
  ['/etc/*.conf', ['etc/a.conf', 'etc/b.conf']],
  ['/etc/?.conf', ['etc/a.conf', 'etc/b.conf']],
  ['/*/x', []],
  ['/usr/*/x', ['usr/lib/x']],
  ['/config/*', []],
  ['/none/*', []],
])('%s matches %o', async (pattern, expected) => {
  expect(await matchInTree(tree, pattern)).toEqual(expected.map((path) => join(tree, path)))
})
