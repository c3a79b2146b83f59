import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars'
import { bytesWords, durationWords, momentWords, stateWords, timeWords } from './words.ts'

const folder = fileURLToPath(new URL('./views', import.meta.url))

const BOOT_COLOURS: Readonly<Record<string, string>> = { grant: 'blue', hold: 'orange', local: 'green' }

/** Renders a page inside the layout, or a view alone. Handlebars escapes every value: machines may say anything. */
export type Views = {
  page(view: string, values: Record<string, unknown>): string
  fragment(view: string, values: Record<string, unknown>): string
}

/** Escaped text whose parts between back-ticks are code. */
const proseOf = (text: unknown): Handlebars.SafeString =>
  new Handlebars.SafeString(
    String(text ?? '')
      .split('`')
      .map((part) => Handlebars.escapeExpression(part))
      .map((part, index, all) => (index % 2 === 1 && index < all.length - 1 ? `<code>${part}</code>` : part))
      .join(''),
  )

/** Compiles every file of `views/`; names are file names without the ending. */
export function loadViews(): Views {
  const handlebars = Handlebars.create()
  handlebars.registerHelper({
    bytes: bytesWords,
    duration: durationWords,
    moment: momentWords,
    time: timeWords,
    words: stateWords,
  })
  handlebars.registerHelper({
    short: (text: unknown) => String(text).slice(0, 12),
    ending: (text: unknown) => `…${String(text).slice(-6)}`,
    first: (list: unknown) => (Array.isArray(list) ? list[0] : undefined),
    prose: proseOf,
    same: (one: unknown, other: unknown) => one === other,
    add: (one: unknown, other: unknown) => Number(one) + Number(other),
    concat: (...parts: unknown[]) => parts.slice(0, -1).join(''),
    bootColour: (kind: unknown) => BOOT_COLOURS[String(kind)] ?? 'secondary',
  })
  const compiled = new Map<string, Handlebars.TemplateDelegate>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.hbs'))) {
    const name = file.slice(0, -'.hbs'.length)
    const source = readFileSync(`${folder}/${file}`, 'utf8')
    compiled.set(name, handlebars.compile(source))
    handlebars.registerPartial(name, source)
  }
  const fragment = (view: string, values: Record<string, unknown>): string => compiled.get(view)!(values)
  return {
    fragment,
    page: (view, values) => fragment('layout', { ...values, body: new Handlebars.SafeString(fragment(view, values)) }),
  }
}
