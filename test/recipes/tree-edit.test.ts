import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { createBuildStep } from '../../src/recipes/build-step.ts'
import { checkGuarantees, removeFromTree, writeTreeFiles } from '../../src/recipes/tree-edit.ts'
import { describeTree, finishTree } from '../../src/recipes/tree-finish.ts'
import { temporaryFolder } from './disk-fixture.ts'

const EPOCH = 1_767_225_600
const lines: string[] = []
const step = createBuildStep('try', (line) => lines.push(line))
let folder: string
let tree: string

beforeEach(() => {
  lines.length = 0
  folder = temporaryFolder()
  tree = join(folder, 'tree')
  for (const name of ['etc', 'usr/bin', 'var/log', 'tmp', 'dev']) mkdirSync(join(tree, name), { recursive: true })
  symlinkSync('usr/bin', join(tree, 'bin'))
})

it('writes files with their mode, making folders and following links inside of the tree', async () => {
  symlinkSync('/var', join(tree, 'etc/variable'))
  await writeTreeFiles(step, tree, [
    { path: '/bin/tool', content: 'a', mode: '0755' },
    { path: '/etc/variable/new/file', content: 'b', mode: '0600' },
  ])
  expect(statSync(join(tree, 'usr/bin/tool')).mode & 0o7777).toBe(0o755)
  expect(readFileSync(join(tree, 'var/new/file'), 'utf8')).toBe('b')
  expect(lines).toEqual(['write /bin/tool', 'write /etc/variable/new/file'])
})

it('replaces a link that is in the place of a file', async () => {
  const outside = join(folder, 'outside')
  writeFileSync(outside, 'untouched')
  symlinkSync(outside, join(tree, 'etc/hosts'))
  await writeTreeFiles(step, tree, [{ path: '/etc/hosts', content: 'new', mode: '0644' }])
  expect(readFileSync(outside, 'utf8')).toBe('untouched')
  expect(readFileSync(join(tree, 'etc/hosts'), 'utf8')).toBe('new')
})

it('removes by patterns, but nothing behind a link', async () => {
  const outside = join(folder, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'a.log'), '')
  symlinkSync(outside, join(tree, 'var/spool'))
  writeFileSync(join(tree, 'var/log/a.log'), '')
  writeFileSync(join(tree, 'var/log/a.txt'), '')
  await removeFromTree(step, tree, ['/var/*/*.log', '/none/*'])
  expect(existsSync(join(tree, 'var/log/a.log'))).toBe(false)
  expect(existsSync(join(tree, 'var/log/a.txt'))).toBe(true)
  expect(existsSync(join(outside, 'a.log'))).toBe(true)
  expect(lines).toEqual(['remove /var/*/*.log: 1', 'remove /none/*: 0'])
})

it('names all guarantees that are not kept', async () => {
  writeFileSync(join(tree, 'usr/bin/sh'), '')
  symlinkSync('nowhere', join(tree, 'usr/bin/curl'))
  const guarantees = { paths: ['/bin/sh', '/bin/curl', '/bin/df'], commands: [] }
  await expect(checkGuarantees(step, tree, guarantees)).rejects.toThrow(
    'step try: expected the guaranteed /bin/curl, /bin/df in the tree, got none',
  )
})

it('takes the traces of a build away and makes young times old', async () => {
  writeFileSync(join(tree, 'etc/machine-id'), 'b08dfa6083e7567a1921a715000001fb\n')
  for (const name of ['tmp/x', 'dev/null', 'var/log/dpkg.log', 'etc/passwd-', 'etc/old', 'etc/young']) {
    writeFileSync(join(tree, name), 'x')
  }
  utimesSync(join(tree, 'etc/old'), EPOCH - 100, EPOCH - 100)
  utimesSync(join(tree, 'etc/young'), EPOCH + 100, EPOCH + 100)
  await finishTree(step, tree, EPOCH)
  for (const name of ['tmp/x', 'dev/null', 'var/log/dpkg.log', 'etc/passwd-']) {
    expect(existsSync(join(tree, name)), name).toBe(false)
  }
  expect(readFileSync(join(tree, 'etc/machine-id'), 'utf8')).toBe('')
  expect(statSync(join(tree, 'etc/old')).mtimeMs).toBe((EPOCH - 100) * 1000)
  expect(statSync(join(tree, 'etc/young')).mtimeMs).toBe(EPOCH * 1000)
})

it('reads packages and kernel of a tree', async () => {
  expect(await describeTree(step, tree)).toEqual({ packages: [], kernel: null })
  mkdirSync(join(tree, 'var/lib/dpkg'), { recursive: true })
  const status = ['Package: tiny', 'Status: install ok installed', 'Version: 1.2-3', 'Architecture: all', '', ''].join(
    '\n',
  )
  writeFileSync(join(tree, 'var/lib/dpkg/status'), status)
  symlinkSync('boot/vmlinuz-6.1.0-1-cloud-amd64', join(tree, 'vmlinuz'))
  expect(await describeTree(step, tree)).toEqual({ packages: ['tiny=1.2-3'], kernel: '6.1.0-1-cloud-amd64' })
})
