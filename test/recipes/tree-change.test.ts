import { expect, it, test } from 'vitest'
import { capabilityCommand, parseCapabilities } from '../../src/recipes/capabilities.ts'
import { debugfsCommands } from '../../src/recipes/debugfs.ts'
import { treeChanges } from '../../src/recipes/tree-change.ts'
import { specialModes } from '../../src/recipes/tree-dump.ts'
import type { TreeEntry } from '../../src/recipes/tree-scan.ts'

const common = { mode: 0o644, uid: 0, gid: 0, mtime: 100, size: 1 }
const file: TreeEntry = { type: 'file', ...common, content: 'a' }
const folder: TreeEntry = { type: 'folder', ...common, mode: 0o755, size: 0, content: '' }
const link: TreeEntry = { type: 'link', ...common, mode: 0o777, size: 0, content: 'target' }
const scan = (entries: Record<string, TreeEntry>) => new Map(Object.entries({ '/': folder, ...entries }))
const words = (before: Record<string, TreeEntry>, after: Record<string, TreeEntry>) =>
  treeChanges(scan(before), scan(after)).map((change) => `${change.kind} ${change.path}`)

test.each([
  ['nothing', { '/a': file }, { '/a': file }, []],
  ['a new file', {}, { '/a': file }, ['create /a', 'facts /a']],
  ['a lost file', { '/a': file }, {}, ['remove /a']],
  ['other bytes', { '/a': file }, { '/a': { ...file, content: 'b' } }, ['remove /a', 'create /a', 'facts /a']],
  ['another mode', { '/a': file }, { '/a': { ...file, mode: 0o600 } }, ['facts /a']],
  ['another owner', { '/a': file }, { '/a': { ...file, uid: 7 } }, ['facts /a']],
  ['another time', { '/a': file }, { '/a': { ...file, mtime: 9 } }, ['facts /a']],
  ['another target', { '/a': link }, { '/a': { ...link, content: 'x' } }, ['remove /a', 'create /a', 'facts /a']],
  ['only the time of a link', { '/a': link }, { '/a': { ...link, mtime: 9 } }, []],
  [
    'a folder in place of a file: removals first, leaves before folders',
    { '/a': folder, '/a/b': file, '/c': file },
    { '/c': folder, '/c/d': file },
    ['remove /c', 'remove /a/b', 'remove /a', 'create /c', 'create /c/d', 'facts /c/d', 'facts /c'],
  ],
])('sees %s', (_, before, after, expected) => expect(words(before, after)).toEqual(expected))

it('says each change in the language of debugfs', () => {
  const before = scan({ '/old': folder })
  const after = scan({ '/d': { ...folder, mode: 0o1777, gid: 5 }, '/d/l': link, '/d/x y': { ...file, uid: 70_000 } })
  const source = { tree: '/tree', capabilities: new Map([['/d/x y', '0100']]) }
  expect(debugfsCommands(source, treeChanges(before, after))).toEqual([
    'rmdir "/old"',
    'cd "/"',
    'mkdir "d"',
    'cd "/d"',
    'symlink "l" "target"',
    'cd "/d"',
    'write "/tree/d/x y" "x y"',
    'ea_set "/d/x y" security.capability "\\001\\000"',
    ...['mode 0100644', 'uid 70000', 'gid 0', 'mtime @100', 'ctime @100', 'atime @100'].map(
      (fact) => `set_inode_field "/d/x y" ${fact}`,
    ),
    ...['uid 0', 'gid 0', 'mtime @100', 'ctime @100', 'atime @100'].map((fact) => `set_inode_field "/d/l" ${fact}`),
    ...['mode 041777', 'uid 0', 'gid 5', 'mtime @100', 'ctime @100', 'atime @100'].map(
      (fact) => `set_inode_field "/d" ${fact}`,
    ),
  ])
})

it('reads file capabilities as getfattr prints them', () => {
  const output = [
    '# file: /tree/usr/bin/ping',
    'security.capability=0x0100000200200000',
    '',
    '# file: /elsewhere/x',
    'security.capability=0x01',
    '',
  ].join('\n')
  expect([...parseCapabilities(output, '/tree')]).toEqual([['/usr/bin/ping', '0100000200200000']])
  expect(capabilityCommand('"/x"', 'ff')).toBe('ea_set "/x" security.capability "\\377"')
})

it('finds the mode bits that rdump drops', () => {
  const output = [
    'debugfs: ls -p "/"',
    '/2/040755/0/0/.//',
    '/12/041777/0/0/tmp//',
    'debugfs: ls -p "/usr/bin"',
    '/14/041777/0/0/..//',
    '/15/104755/0/0/su/71912/',
    '/16/100755/0/0/ls/1/',
    '/17/102755/0/42/two words/1/',
  ].join('\n')
  expect([...specialModes(output)]).toEqual([
    ['/tmp', 0o1777],
    ['/usr/bin/su', 0o4755],
    ['/usr/bin/two words', 0o2755],
  ])
})
