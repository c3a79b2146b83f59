import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { compileBootTemplate } from '../../src/templates/boot-template.ts'
import { BOOT_TEMPLATES, loadTemplates } from '../../src/templates/template-folder.ts'

const render = (source: string, values: Record<string, unknown>, format: 'sh' | 'line' = 'line') =>
  compileBootTemplate('t', source, format)(values)

it('writes values as they are where the format allows them', () => {
  expect(
    render('a={{a}} b={{b.c}}{{#each d}} {{this}}{{/each}}{{#if e}} yes{{/if}}', {
      a: 'x=y',
      b: { c: 7 },
      d: ['p', 'q'],
      e: true,
    }),
  ).toBe('a=x=y b=7 p q yes')
})

describe('refusals name the template, the line and the value', () => {
  const rows: [string, string, Record<string, unknown>, string, RegExp][] = [
    ['a missing value', 'x\n{{gone}}', {}, 'template.value_missing', /t.*gone/],
    ['a missing value in a block', '{{#if gone}}x{{/if}}', {}, 'template.value_missing', /gone/],
    [
      ...(['a field of nothing', '{{b.c}}\n{{a.b.c}}', { b: { c: 1 } }, 'template.value_missing'] as const),
      /line 2, value a\.b\.c: expected a value/,
    ],
    ['a field of nothing in a block', 'x\n{{#if a.b}}{{/if}}', {}, 'template.value_missing', /line 2, value a\.b:/],
    ['a newline', 'x {{a}}', { a: 'b\n%post' }, 'template.invalid', /line 1, value a/],
    ['an object', '{{a}}', { a: {} }, 'template.invalid', /value a/],
    ['a helper call', '{{lookup a "b"}}', { a: {} }, 'template.invalid', /line 1/],
    ['a block that is not allowed', '{{#with a}}{{/with}}', { a: {} }, 'template.invalid', /block with/],
    ['a partial', '{{> x}}', {}, 'template.invalid', /partial/],
    ['the prototype', '{{__proto__}}', {}, 'template.value_missing', /__proto__/],
    ['the constructor', '{{a.constructor}}', { a: {} }, 'template.value_missing', /constructor/],
    ['broken syntax', '{{#if a}}', { a: 1 }, 'template.invalid', /t/],
  ]
  test.each(rows)('%s', (_name, source, values, code, message) => {
    expect(() => render(source, values)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })
})

const { values } = JSON.parse(readFileSync(new URL('../fixtures/injection.json', import.meta.url), 'utf8')) as {
  values: string[]
}

test.each(values.map((value) => [JSON.stringify(value).slice(0, 40), value]))(
  '%s stays one word of a shell',
  async (_name, value) => {
    const { execFileSync } = await import('node:child_process')
    if (value.includes('\0'))
      return expect(() => render('{{a}}', { a: value }, 'sh')).toThrow(
        expect.objectContaining({ code: 'template.invalid' }),
      )
    const script = render("for word in {{a}}; do printf '%s' \"$word\"; printf '|'; done", { a: value }, 'sh')
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${value}|`)
  },
)

test.each(values.map((value) => [JSON.stringify(value).slice(0, 40), value]))(
  '%s stays one scalar of YAML',
  (_name, value) => {
    const text = compileBootTemplate('t', 'a: {{a}}\nb: [x, {{a}}]\n', 'yaml')({ a: value })
    expect(parse(text)).toEqual({ a: value, b: ['x', value] })
  },
)

it('compiles every template that Slipway ships', () => {
  const templates = loadTemplates(new URL('../../boot-templates', import.meta.url).pathname)
  expect(Object.keys(BOOT_TEMPLATES).length).toBeGreaterThan(3)
  expect(templates.render('ipxe/local.ipxe.hbs', {})).toMatch(/^#!ipxe\n(.*\n)*exit\n$/)
  const ipxe = {
    ...{ runId: 'r', session: 1, base: 'http://10.0.0.1:8081', door: '10.0.0.1:8443', mac: '52:54:00:00:00:01' },
    ...{ code: 'c', kernelArguments: ['nomodeset', 'a=b'], consoles: ['tty0', 'ttyS0,115200'] },
  }
  const script = templates.render('ipxe/deploy.ipxe.hbs', { ipxe })
  expect(script).toContain('console=tty0 console=ttyS0,115200 quiet panic=10 nomodeset a=b slipway.door=10.0.0.1:8443')
})

describe('a part in another format', () => {
  const values = { a: `it's`, b: '%end', c: 'x\n%end' }
  const rendered = (source: string, format: Parameters<typeof compileBootTemplate>[2]) =>
    compileBootTemplate('t', source, format)(values)

  it.each([
    ['yaml', 'run: {{#as "sh"}}echo {{a}} && x{{/as}}', { run: `echo 'it'\\''s' && x` }],
    ['yaml', 'url: {{#as "text"}}http://{{a}}/{{/as}}', { url: `http://it's/` }],
    ['json', '{"run": {{#as "sh"}}\necho {{a}}\nid\n{{/as}}\n}', { run: `echo 'it'\\''s'\nid\n` }],
    ['yaml', 'run: {{#as "sh"}}\necho {{a}}\n{{/as}}\nnext: 1', { run: `echo 'it'\\''s'\n`, next: 1 }],
  ] as const)('is one scalar of %s: %s', (format, source, tree) => {
    expect(parse(rendered(source, format))).toEqual(tree)
  })

  it('is the body of a section of kickstart, quoted for its own format', () => {
    expect(rendered('%post\n{{#as "sh"}}\necho {{a}}\n{{/as}}\n%end\n', 'kickstart')).toBe(
      `%post\necho 'it'\\''s'\n%end\n`,
    )
  })

  it.each([
    ['a line that would end the section', '{{#as "sh"}}\n%end\n{{/as}}', /line that does not begin with %, got "%end"/],
    ['a value with a line of its own', '{{#as "sh"}}echo {{c}}{{/as}}', /line 1, value c/],
    ['another part that its format can not hold', '{{#as "line"}}{{#as "sh"}}x{{/as}}{{/as}}', /what line can hold/],
  ])('is refused for %s', (_name, source, says) => {
    expect(() => rendered(source, 'kickstart')).toThrow(
      expect.objectContaining({ code: 'template.invalid', message: expect.stringMatching(says) }),
    )
  })

  it('is one line of preseed, with a backslash at the end of each line but the last', () => {
    const late = (body: string) =>
      rendered(`d-i preseed/late_command string {{#as "sh"}}\n${body}\n{{/as}}\n`, 'preseed')
    expect(late('in-target id; \\\necho {{a}}')).toBe(
      `d-i preseed/late_command string in-target id; \\\necho 'it'\\''s'\n`,
    )
    expect(() => late('in-target id\necho {{a}}')).toThrow(/expected one line/)
  })
})

describe('lists and maps', () => {
  const values = { a: { b: ['x', 1, true], c: { secret: 'root', form: 'crypt' } } }
  const reveal = ({ secret }: { secret: string }) => `$6$${secret}`

  it.each(['yaml', 'json'] as const)('are written in %s as they are, secrets revealed', (format) => {
    const text = compileBootTemplate('t', '{"a":\n  {{a}} }', format)(values, reveal)
    expect(parse(text)).toEqual({ a: { b: ['x', 1, true], c: '$6$root' } })
  })
  it.each(['sh', 'kickstart', 'xml'] as const)('are refused in %s', (format) => {
    expect(() => compileBootTemplate('t', 'x {{a}}', format)(values, reveal)).toThrow(/line 1, value a: expected text/)
  })
})

describe('a secret', () => {
  const template = compileBootTemplate('t', 'pw {{a}}', 'sh')
  const values = { a: { secret: 'root', form: 'crypt' } }
  it('is put in where it is asked for', () => expect(template(values, ({ form }) => `a ${form}`)).toBe(`pw 'a crypt'`))
  it('is an error where none is given', () =>
    expect(() => template(values)).toThrow(/line 1, value a: expected no secret/))
  it('is given to one rendering only', () => {
    template(values, () => 'x')
    expect(() => template(values)).toThrow(/expected no secret/)
  })
})

describe('a value where its quotes would not hold is refused before anything is rendered', () => {
  it.each([
    ['sh', `echo "{{a}}"`, /within quotes/],
    ['kickstart', `x --y='{{a}}'`, /within quotes/],
    ['yaml', 'a: http://{{a}}/', /a piece of one/],
    ['json', '{"a": "{{a}}"}', /within quotes/],
    ['xml', '<a><!-- {{a}} --></a>', /within a comment/],
    ['xml', '<a><![CDATA[{{a}}]]></a>', /within CDATA/],
  ] as const)('%s: %s', (format, source, says) => {
    expect(() => compileBootTemplate('t', source, format)).toThrow(
      expect.objectContaining({ code: 'template.invalid', message: expect.stringMatching(says) }),
    )
  })
})

describe('a kickstart word', () => {
  const ks = (value: string, source = 'x {{a}}') => compileBootTemplate('t', source, 'kickstart')({ a: value })
  it.each([
    ['plain', 'plain'],
    ['', `''`],
    ['two words', `'two words'`],
    [`it's`, `'it'"'"'s'`],
    ['# no comment', `'# no comment'`],
    ['a\\', `'a\\'`],
  ])('%j', (value, written) => expect(ks(value)).toBe(`x ${written}`))
  it('is no option where it stands alone', () => {
    expect(() => ks('--password=x')).toThrow(/expected a word that is no option/)
    expect(ks('--x', 'user --gecos={{a}}')).toBe('user --gecos=--x')
  })
  it('begins no section', () => expect(ks('%end', '{{a}}')).toBe(`'%end'`))
})

it.each(values.map((value) => [JSON.stringify(value).slice(0, 40), value]))(
  '%s is the same text behind PowerShell’s quotes or refused',
  (_name, value) => {
    try {
      const text = compileBootTemplate('t', '{{a}}', 'powershell')({ a: value })
      expect(text.slice(1, -1).replaceAll("''", "'")).toBe(value)
      expect(text.slice(1, -1).replaceAll("''", '')).not.toContain("'")
    } catch (error) {
      expect(error).toMatchObject({ code: 'template.invalid' })
    }
  },
)

it('escapes of templates reach nothing', () => {
  const escapes = [
    '{{constructor}}',
    '{{this.constructor}}',
    '{{a.__proto__}}',
    '{{a.__lookupGetter__}}',
    '{{#with a}}{{/with}}',
    '{{lookup a "constructor"}}',
    '{{log a}}',
    '{{helperMissing a}}',
    '{{blockHelperMissing a}}',
    '{{#helperMissing}}{{/helperMissing}}',
    '{{__defineGetter__ "x"}}',
    '{{> (lookup . "x")}}',
    '{{#each (lookup . "constructor")}}{{/each}}',
    '{{#if (a)}}{{/if}}',
    '{{a "b"}}',
    '{{a b=1}}',
    '{{@root.constructor}}',
    '{{../constructor}}',
    '{{#* inline "x"}}{{/inline}}',
    '{{* decorator}}',
    '{{slipwayQuote 0 a}}',
    '{{#slipwayPart 0}}{{/slipwayPart}}',
    '{{#each a as |constructor|}}{{constructor.constructor}}{{/each}}',
  ]
  for (const source of escapes)
    expect(() => compileBootTemplate('t', source, 'line')({ a: { b: 1 } }), source).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^template\.(invalid|value_missing)$/) }),
    )
})

it('says what is wrong with a secret without showing it', () => {
  const render = compileBootTemplate('x.hbs', 'd-i a/b password {{pass}}\n', 'preseed')
  const pass = { secret: 'disk', form: 'plain' as const }
  expect(() => render({ pass }, () => 'open sesame\\')).toThrow(/secret that the format can hold, got disk/)
  expect(() => render({ pass }, () => 'open sesame\\')).not.toThrow(/sesame/)
  const part = compileBootTemplate('y.hbs', 'd-i a/b string \\\n{{#as "sh"}}\n  echo {{pass}}\n{{/as}}\n', 'preseed')
  const says = /secret that the format can hold, got disk, which it can not$/
  expect(() => part({ pass }, () => 'open\u2028sesame')).toThrow(says)
})
