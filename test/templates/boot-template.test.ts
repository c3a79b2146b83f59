import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { compileBootTemplate } from '../../src/templates/boot-template.ts'
import { BOOT_TEMPLATES, loadTemplates } from '../../src/templates/template-folder.ts'

const render = (source: string, values: Record<string, unknown>, format: 'ipxe' | 'sh' | 'line' = 'line') =>
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
  '%s adds nothing to an iPXE script or is refused',
  (_name, value) => {
    let text: string
    try {
      text = render('kernel a={{a}} end', { a: value }, 'ipxe')
    } catch (error) {
      expect(error).toMatchObject({ code: 'template.invalid' })
      return
    }
    expect(text).toBe(`kernel a=${value} end`)
    expect(text).not.toMatch(/[\s]a=.*[\s$&|;].* end$/)
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
  const script = templates.render('ipxe/deploy.ipxe.hbs', {
    ...{
      runId: 'r',
      session: 1,
      base: 'http://10.0.0.1:8081',
      door: '10.0.0.1:8443',
      mac: '52:54:00:00:00:01',
      code: 'c',
    },
    kernelArguments: ['nomodeset', 'a=b'],
    consoles: ['tty0', 'ttyS0,115200'],
  })
  expect(script).toContain('console=tty0 console=ttyS0,115200 quiet panic=10 nomodeset a=b slipway.door=10.0.0.1:8443')
})
