import { readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'
import { GRUB_COMMANDS } from '../../../src/families/grub/command-table.ts'
import { judgeGrub } from '../../../src/families/grub/judge.ts'
import { shippedScripts } from '../boot-script-samples.ts'

const judged = async (...lines: string[]) =>
  (await judgeGrub([{ name: 'grub.cfg', text: `${lines.join('\n')}\n` }])).map(
    ({ file, line, severity, message }) => `${file}:${line} ${severity} ${message}`,
  )

test.each(shippedScripts('grub'))('finds nothing in $name', async (file) => {
  expect(await judgeGrub([file])).toEqual([])
})

it('finds nothing in what is unusual and right', async () => {
  expect(
    await judged(
      ...["# it's a comment; bogus", 'x="a b" ', 'function again {', '  if ! $1; then', '    time true', '  fi', '}'],
      ...['menuentry "a; {b" --id \'it\' {', '  again do; linux (tftp,10.0.0.1)/k \\', "    'ds=nocloud;s=x' # bogus"],
      ...['  initrd /i', '}', 'for x in bogus "$y"; do echo $x; done', 'while false; do sleep 1; done', '[ a = b ]'],
    ),
  ).toEqual([])
})

const broken: [name: string, lines: string[], says: string][] = [
  ['if without fi', ['if true; then', '  boot'], '2 error expected a script that GRUB can read up to here'],
  ['fi without if', ['boot', 'fi'], '2 error expected a script that GRUB can read up to here'],
  ['a block that stays open', ['menuentry x {', 'boot'], '2 error expected a script that GRUB can read up to here'],
  ['a brace too many', ['boot', '}'], '2 error expected a script that GRUB can read up to here'],
  ['a quote that stays open', ['echo "a', 'boot'], '2 error expected a script that GRUB can read up to here'],
  ['a substitution', ['boot', 'echo $(id)'], '2 error expected a script that GRUB can read up to here'],
  ['then without a command', ['if true; then', 'fi'], '2 error expected a script that GRUB can read up to here'],
  ['a menu entry of nothing', ['menuentry x {', '}'], '2 error expected a script that GRUB can read up to here'],
  ['no command at all', ['# nothing'], '1 error expected a command, got a script of none'],
  ['an unknown command', ['if true; then', '  linus /k', 'fi'], '2 warning expected a command of GRUB, got linus'],
  [
    'an unknown command in a block',
    ['menuentry x {', '  kernel /k', '}'],
    '2 warning expected a command of GRUB, got kernel',
  ],
  ['an unknown condition', ['if tset x; then boot; fi'], '1 warning expected a command of GRUB, got tset'],
  ['an unknown command behind ;', ['echo a; bogus'], '1 warning expected a command of GRUB, got bogus'],
  [
    'an unknown command behind lines that are joined',
    ['echo a \\', ' b', 'bogus'],
    '3 warning expected a command of GRUB, got bogus',
  ],
  [
    'a kernel argument that ends its command',
    ['linux /k ds=nocloud;s1 x'],
    '1 warning expected a command of GRUB, got s1',
  ],
  ['no kernel', ['boot', 'linux'], '2 error expected at least 1 word of linux, got 0'],
  ['too few words', ['net_add_addr a'], '1 error expected at least 2 words of net_add_addr, got 1'],
]

test.each(broken)('finds %s', async (_name, lines, says) => {
  expect((await judged(...lines)).map((one) => one.replace(/; [a-z0-9_]+\?$/, ''))).toContain(`grub.cfg:${says}`)
})

/** Without modules: in GRUB’s kernel and its shell. */
const BUILT_IN = ['insmod', 'ls', 'rescue', 'set', 'unset']

it('knows commands that GRUB’s own lists have', () => {
  const lists = ['i386-pc', 'x86_64-efi'].map((kind) => readFileSync(`/usr/lib/grub/${kind}/command.lst`, 'utf8'))
  const real = new Set(
    lists
      .join('')
      .split('\n')
      .map((line) => line.replace(/^\*/, '').replace(/: .*$/, '')),
  )
  expect([...GRUB_COMMANDS.keys()].filter((name) => !real.has(name) && !BUILT_IN.includes(name))).toEqual([])
})

it('offers the command that was meant', async () => {
  expect(await judged('linus /k')).toEqual(['grub.cfg:1 warning expected a command of GRUB, got linus; linux?'])
})
