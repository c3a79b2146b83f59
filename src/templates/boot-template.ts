import Handlebars from 'handlebars'
import { AppError } from '../core/errors.ts'
import type { FileFormat } from '../domain/install/file-format.ts'
import { isSecretReference, type RevealSecret, type SecretReference } from '../domain/install/secret-reference.ts'
import { QUOTING, type Scalar } from './quoting.ts'
import { PART, type Place, PRESENT, parseTemplate, QUOTE } from './template-ast.ts'

/** Renders with values; what secrets among them are comes from `reveal`, and without it they are an error. */
export type BootTemplate = (values: Record<string, unknown>, reveal?: RevealSecret) => string

/**
 * Compiles a Handlebars boot template. Every `{{value}}` is quoted for the format it stands in, lists and maps are written
 * where the format has them, and a value that is missing is an error. Nothing but `if`, `unless`, `each` and `as` can be
 * called: `{{#as "sh"}}…{{/as}}` is a part in another format, and one value of the format around it. Throws
 * template.invalid and template.value_missing, which name the template, the line and the value.
 */
export function compileBootTemplate(name: string, source: string, format: FileFormat): BootTemplate {
  const { ast, places } = parseTemplate(name, source, format)
  const handlebars = Handlebars.create()
  let reveal: RevealSecret | undefined
  handlebars.registerHelper(QUOTE, (at: number, value: unknown) =>
    located(name, places[at]!, () => writeValue(places[at]!, value, reveal)),
  )
  handlebars.registerHelper(PRESENT, (at: number, value: unknown) => {
    if (value === undefined) throw missing(name, places[at]!)
    return value
  })
  handlebars.registerHelper(PART, function (this: unknown, at: number, { fn }: Handlebars.HelperOptions) {
    return located(name, places[at]!, () => writePart(places[at]!, fn(this)))
  })
  const knownHelpers = { [QUOTE]: true, [PRESENT]: true, [PART]: true }
  const render = handlebars.compile(ast, { noEscape: true, strict: true, knownHelpersOnly: true, knownHelpers })
  return (values, revealSecret) => {
    reveal = revealSecret
    try {
      return render(values, { allowProtoPropertiesByDefault: false })
    } catch (error) {
      throw error instanceof AppError ? error : strictError(name, error, readIn(places, values, error))
    } finally {
      reveal = undefined
    }
  }
}

const whereIn = (name: string, { line, path }: Place): string => `template ${name}, line ${line}, value ${path}`

const missing = (name: string, place: Place): AppError =>
  new AppError('template.value_missing', `${whereIn(name, place)}: expected a value, got none`, { template: name })

/** Where a field was read of something that is not there, which Handlebars leaves to JavaScript: what begins with that counts first. */
function readIn(places: readonly Place[], values: Record<string, unknown>, error: unknown): Place | undefined {
  const [, field] =
    /^Cannot read properties of undefined \(reading '(.+)'\)$/.exec(String((error as Error).message)) ?? []
  const reading = places.filter(({ path }) => field !== undefined && path.split('.').indexOf(field) > 0)
  return reading.find(({ path }) => values[path.split('.')[0]!] === undefined) ?? reading[0]
}

/** Handlebars' own refusal of a path: `"gone" not defined in [object Object] - 2:3`. */
function strictError(name: string, error: unknown, place: Place | undefined): AppError {
  if (place) return missing(name, place)
  const said = error instanceof Error ? error.message : String(error)
  const [, path, line] = /^"(.+)" not defined in .* - (\d+):\d+$/s.exec(said) ?? []
  const message =
    path === undefined
      ? `template ${name}: ${said}`
      : `template ${name}, line ${line}, value ${path}: expected a value, got none`
  return new AppError('template.value_missing', message, { template: name }, error)
}

/** Tells where in the template it was that a value could not be written. */
function located<T>(name: string, place: Place, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (error instanceof AppError && error.message.startsWith('template ')) throw error
    const code = error instanceof AppError ? error.code : 'template.invalid'
    const said = error instanceof Error ? error.message : String(error)
    throw new AppError(code, `${whereIn(name, place)}: ${said}`, { template: name }, error)
  }
}

function writeValue({ formats, spot }: Place, value: unknown, reveal: RevealSecret | undefined): string {
  const { value: write, structure } = QUOTING[formats.at(-1)!]
  const open = revealAll(value, reveal)
  if (open === undefined || open === null) throw new AppError('template.value_missing', 'expected a value, got none')
  if (isScalar(open)) {
    const inAll = (): string =>
      formats.slice(0, -1).reduce((text, outer) => QUOTING[outer].inPart?.(text) ?? text, write(open, spot))
    return isHidden(value) ? hidden(value, inAll) : inAll()
  }
  if (!structure)
    throw new AppError(
      'template.invalid',
      `expected text or a number, got ${Array.isArray(open) ? 'a list' : typeof open}`,
    )
  return structure(open as object, spot)
}

const isHidden = (value: unknown): value is SecretReference =>
  typeof value === 'object' && value !== null && isSecretReference(value)

/** What is wrong with a secret is said without it. */
function hidden({ secret }: SecretReference, write: () => string): string {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw new AppError(
      'template.invalid',
      `expected a secret that the format can hold, got ${secret}, which it can not`,
    )
  }
}

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value)

/** A part is what stands between the lines that open and close it. */
function writePart({ formats, spot }: Place, text: string): string {
  const { part, endsLine } = QUOTING[formats.at(-2)!]
  const written = part!(text.replace(/^\r?\n/, ''), spot)
  // Handlebars takes the end of the line away behind a tag that stands alone in it.
  return endsLine && text.endsWith('\n') ? `${written}\n` : written
}

/** Puts secrets in their places, within lists and maps too. */
function revealAll(value: unknown, reveal: RevealSecret | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isSecretReference(value)) {
    if (!reveal) throw new AppError('template.invalid', `expected no secret here, got ${value.secret}`)
    return reveal(value)
  }
  if (Array.isArray(value)) return value.map((one) => revealAll(one, reveal))
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revealAll(one, reveal)]))
}
