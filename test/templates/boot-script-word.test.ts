// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE's settings look like them
import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import { describe, expect, it, test } from 'vitest'
import { readGrub } from '../../src/families/formats/grub-script.ts'
import { readIpxe } from '../../src/families/formats/ipxe-script.ts'
import { compileBootTemplate } from '../../src/templates/boot-template.ts'

const { values } = JSON.parse(readFileSync(new URL('../fixtures/injection.json', import.meta.url), 'utf8')) as {
  values: string[]
}
const more = [
  '||',
  '&&',
  ';',
  '&',
  '&&&',
  '#x',
  ':x',
  '-x',
  '{',
  '}',
  'do',
  '$',
  '\\',
  'a;',
  ';a',
  '<x',
  "'",
  '"',
  '`id`',
]
const rows = [...values, ...more].map((value) => [JSON.stringify(value).slice(0, 40), value] as const)

const render = (format: 'ipxe' | 'grub', source: string, a: unknown) =>
  compileBootTemplate('t', source, format)({ a, b: a })

/** The text, or nothing where the value was refused by name. */
function rendered(format: 'ipxe' | 'grub', source: string, value: string): string | undefined {
  try {
    return render(format, source, value)
  } catch (error) {
    expect(error).toMatchObject({ code: 'template.invalid', message: expect.stringMatching(/line \d, value a/) })
    return undefined
  }
}

const grubTakes = async (text: string) =>
  (await execa('grub-script-check', { input: text, reject: false })).exitCode === 0

describe('in iPXE', () => {
  const places: [source: string, reads: (value: string) => string[][]][] = [
    ['kernel k a={{a}} {{a}} end', (value) => [['kernel', 'k', `a=${value}`, value, 'end']]],
    ['chain {{a}} || exit', (value) => [['chain', value], ['exit']]],
    ['{{a}} x', (value) => [[value, 'x']]],
    ['echo {{a}}{{b}}', (value) => [['echo', value + value]]],
  ]
  test.each(rows)('%s arrives as itself or is refused', (_name, value) => {
    for (const [source, reads] of places) {
      const text = rendered('ipxe', source, value)
      if (text === undefined) continue
      const lines = readIpxe(text)
      expect(lines).toMatchObject([{ line: 1, label: undefined }])
      expect(lines[0]!.commands.map(({ words }) => words)).toEqual(reads(value))
      expect(text).not.toContain('${')
    }
  })

  it.each(['||', '&&', ';', '|', '#x', '', 'a b', '$a', '{a'])('refuses %j', (value) => {
    expect(rendered('ipxe', 'echo {{a}} end', value)).toBeUndefined()
  })
})

describe('in GRUB', () => {
  const places: [source: string, reads: (value: string) => string[][]][] = [
    ['linux k a={{a}} {{a}} end', (value) => [['linux', 'k', `a=${value}`, value, 'end']]],
    ['if linux {{a}}; then boot; fi', (value) => [['linux', value], ['boot']]],
    ['{{a}} x', (value) => [[value, 'x']]],
    ['echo "x {{a}} {{b}}"; boot', (value) => [['echo', `x ${value} ${value}`], ['boot']]],
    ['echo {{a}}{{b}}', (value) => [['echo', value + value]]],
  ]
  test.each(rows)('%s arrives as itself or is refused', async (_name, value) => {
    for (const [source, reads] of places) {
      const text = rendered('grub', source, value)
      if (text === undefined) continue
      expect(readGrub(`${text}\n`).commands.map(({ words }) => words.map((word) => word.text))).toEqual(reads(value))
      expect(await grubTakes(`${text}\n`), text).toBe(true)
    }
  })

  it.each([
    ["echo 'x {{a}}'", 'one within single quotes'],
    ['echo "x\n{{a}}"', 'one within quotes of a line before'],
    ["echo 'x\n{{a}}'", 'one within single quotes'],
    ['echo \\\\{{a}}', 'one behind a backslash or $'],
    ['echo ${{a}}', 'one behind a backslash or $'],
  ])('refuses a template whose quotes would not hold: %j', (source, says) => {
    expect(() => render('grub', source, 'x')).toThrow(
      expect.objectContaining({ code: 'template.invalid', message: expect.stringContaining(says) }),
    )
  })

  it('is not led astray by a comment', () => {
    expect(render('grub', "# it's {{a}}\necho {{a}}", 'a;b')).toBe("# it's 'a;b'\necho 'a;b'")
  })
})

const ARGUMENTS = [
  'ds=nocloud;s=http://10.0.0.1:8081/boot/answers/',
  'u=http://x/?a=1&b=2',
  'root=LABEL=a|b',
  '---',
  '--x',
]

it.each(ARGUMENTS)('gives a kernel %s in both', async (argument) => {
  const line = 'kernel k {{a}} end'
  expect(readIpxe(render('ipxe', line, argument))[0]!.commands).toEqual([
    { words: ['kernel', 'k', argument, 'end'], end: undefined },
  ])
  const grub = `${render('grub', line.replace('kernel', 'linux'), argument)}\n`
  expect(readGrub(grub).commands.map(({ words }) => words.map(({ text }) => text))).toEqual([
    ['linux', 'k', argument, 'end'],
  ])
  expect(await grubTakes(grub)).toBe(true)
  // Unquoted it would be two commands, of which the checker does not know that one is missing; so the quotes are the proof.
  if (argument.includes(';')) expect(grub).toContain(`'${argument}'`)
})

it.each(['a\\b', "it's", 'say"hi"'])('refuses what GRUB would hand on with a backslash: %s', (argument) => {
  expect(rendered('grub', 'linux k {{a}}', argument)).toBeUndefined()
})
