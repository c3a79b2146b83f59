// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE's settings look like them
import { readFileSync } from 'node:fs'
import { expect, it, test } from 'vitest'
import { IPXE_COMMANDS, NOT_IN_DEBIAN } from '../../../src/families/ipxe/command-table.ts'
import { judgeIpxe } from '../../../src/families/ipxe/judge.ts'
import { shippedScripts } from '../boot-script-samples.ts'

const judged = async (text: string) =>
  (await judgeIpxe([{ name: 'boot.ipxe', text }])).map(
    ({ file, line, severity, message }) => `${file}:${line} ${severity} ${message}`,
  )
const script = (...lines: string[]) => `${['#!ipxe', ...lines].join('\n')}\n`

test.each(shippedScripts('ipxe'))('finds nothing in $name', async (file) => {
  expect(await judgeIpxe([file])).toEqual([])
})

it('finds nothing in what is unusual and right', async () => {
  expect(
    await judged(
      script(
        ':start # a comment; goto nowhere',
        'set net0/ip:ipv4 10.0.0.2 || goto start',
        '  echo -n it\'s "quoted" text; nothing more',
        'isset ${net0.dhcp/next-server} && set base http://${next-server:ipv4}/ ||',
        'goto ${chosen:string}',
        'item --key 0x64 --default disk',
        'item --gap -- ---',
        'choose -t 500 --default=disk chosen ; boot',
        'kernel \\',
        '  http://x/kernel foo="a b" ds=nocloud;s=http://x/ -- && goto start',
        ':last boot',
      ),
    ),
  ).toEqual([])
})

const broken: [name: string, text: string, says: string][] = [
  ['no first line', 'boot\n', '1 error expected #!ipxe as the first line, got "boot"'],
  ['a blank before it', ' #!ipxe\nboot\n', '1 error expected #!ipxe as the first line, got " #!ipxe"'],
  ['nothing but its beginning', '#!ipxe', '1 error expected #!ipxe as the first line, got "#!ipxe"'],
  ['a command that is none', script('', 'kernal x'), '3 error expected a command of iPXE, got kernal; kernel?'],
  [...(['a command of a shell', script('if true'), '2 error expected a command of iPXE, got if; inc?'] as const)],
  ['an unknown option', script('chain --autofre x'), '2 error expected an option of chain, got --autofre; --autofree?'],
  ['an option of another command', script('kernel --replace x'), '2 error expected an option of kernel, got --replace'],
  ['an option without its value', script('initrd --name'), '2 error expected a value of --name, got none'],
  ['a value of a switch', script('chain --replace=1 x'), '2 error expected no value of --replace, got 1'],
  ['a number that is none', script('choose --timeout 20s x'), '2 error expected a number of --timeout, got 20s'],
  ['seconds that are none', script('sleep 3s'), '2 error expected a number of seconds, got 3s'],
  [
    'a label that is not there',
    script(':again', 'goto agian'),
    '3 error expected a label :agian to go to, got none; :again?',
  ],
  ['a label behind ||', script('boot || goto failed'), '2 error expected a label :failed to go to, got none'],
  [
    ...([
      'a label twice',
      script(':a', ':a'),
      '3 error expected a label of its own, got a of line 2 again: goto takes that',
    ] as const),
  ],
  ['a label without a name', script(': boot'), '2 error expected a label right behind the colon, got none'],
  ['|| without blanks', script(':a', 'boot ||goto a'), '3 error expected blanks around || and &&, got ||goto'],
  ['&& without blanks', script('dhcp&& boot'), '2 error expected blanks around || and &&, got dhcp&&'],
  ['|| in front', script('|| boot'), '2 error expected a command before ||: what follows never runs'],
  ['&& at the end', script('dhcp &&'), '2 warning expected a command behind &&, got none'],
  ['one |', script('echo a | boot'), '2 warning expected || or && or ;, got |, which is a word like any other'],
  ['too many words', script('goto a b', ':a'), '2 error expected 1 word of goto, got 2'],
  ['too few words', script('iseq a'), '2 error expected 2 words of iseq, got 1'],
  ['no place', script('initrd --name x'), '2 error expected at least 1 word of initrd, got 0'],
  [
    'a setting that is not closed',
    script('echo ${net0/mac'),
    '2 error expected } behind ${ in the same word, got ${net0/mac',
  ],
  ['a setting with a blank', script('echo ${net0 /mac}'), '2 error expected } behind ${ in the same word, got ${net0'],
  ['a type that is none', script('echo ${ip:ipv5}'), '2 error expected a type of settings, got ipv5'],
  ['a type that is none, set', script('set tries:int 0'), '2 error expected a type of settings, got int'],
  [
    'a place in quotes',
    script('kernel "http://x/k" a'),
    '2 error expected a word without quotes, of which iPXE has none, got "http://x/k"',
  ],
  [
    'a text in quotes',
    script("set title 'two words'"),
    "2 warning expected a word without quotes, of which iPXE has none, got 'two",
  ],
  [
    'a command that the loader was built without',
    script('ntp x'),
    '2 warning the loaders of Debian 12 do not know ntp',
  ],
  [
    'an option that the loader is too old for',
    script('boot -q'),
    '2 warning the loaders of Debian 12 do not know --quiet',
  ],
  ['a line that goes on', script('kernel x \\', '  y', 'bot'), '4 error expected a command of iPXE, got bot; boot?'],
]

test.each(broken)('finds %s', async (_name, text, says) => {
  expect(await judged(text)).toContain(`boot.ipxe:${says}`)
})

const LOADER = '/usr/lib/ipxe/ipxe.efi'

it('knows which commands and options the loader that Slipway starts has', () => {
  const loader = readFileSync(LOADER)
  const has = (word: string) => loader.includes(`${word}\0`)
  const commands = [...IPXE_COMMANDS].filter(([name]) => has(name))
  const options = commands.flatMap(([, row]) => [...row.options.values()].map(({ name }) => name))
  const lacking = [
    ...[...IPXE_COMMANDS.keys()].filter((name) => !has(name)),
    ...new Set(options.filter((name) => !has(name.slice(2)))),
  ]
  expect([...NOT_IN_DEBIAN].sort()).toEqual(lacking.sort())
})
