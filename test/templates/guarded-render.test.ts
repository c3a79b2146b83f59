import { expect, it } from 'vitest'
import { type RenderLimits, renderGuarded } from '../../src/templates/guarded-render.ts'

const render = (source: string, values: Record<string, unknown>, limits?: RenderLimits) =>
  renderGuarded({ name: 't', source, format: 'sh' }, values, ({ secret, form }) => `${form} of ${secret}`, limits)
/** Lists that templates can multiply; each of its own, because Handlebars does not go up from a value to the same one. */
const list = () => Array.from({ length: 1000 }, (_none, at) => ({ at }))
const many = { a: list(), b: list(), c: list(), d: list() }

it('renders like the program’s own, secrets too', async () => {
  expect(await render('a {{b}} {{c}}', { b: `it's`, c: { secret: 'root', form: 'crypt' } })).toBe(
    `a 'it'\\''s' 'crypt of root'`,
  )
})

it.each([
  ['a missing value', '{{gone}}', 'template.value_missing'],
  ['broken syntax', '{{#if', 'template.invalid'],
  ['a call', '{{lookup this "a"}}', 'template.invalid'],
])('tells %s like the program’s own', async (_name, source, code) => {
  await expect(render(source, {})).rejects.toMatchObject({ code, message: expect.stringContaining('template t') })
})

it('ends one that would take for ever', async () => {
  const nested =
    '{{#each a}}{{#each ../b}}{{#each ../../c}}{{#each ../../../d}}{{#if this}}{{/if}}{{/each}}{{/each}}{{/each}}{{/each}}'
  await expect(render(nested, many, { timeMs: 300, memoryMiB: 64 })).rejects.toMatchObject({
    code: 'template.too_costly',
  })
})

it('ends one that would take all memory', async () => {
  const nested = '{{#each a}}{{#each ../b}}{{#each ../../c}}{{at}} {{at}} {{at}}{{/each}}{{/each}}{{/each}}'
  await expect(render(nested, many, { timeMs: 60_000, memoryMiB: 32 })).rejects.toMatchObject({
    code: 'template.too_costly',
  })
}, 60_000)
