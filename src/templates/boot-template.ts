import Handlebars from 'handlebars'
import { AppError } from '../core/errors.ts'
import { QUOTING, type TemplateFormat } from './quoting.ts'

type Values = Record<string, unknown>
export type BootTemplate = (values: Values) => string

const QUOTE = 'slipwayQuote'
const BLOCKS = new Set(['if', 'unless', 'each'])

/**
 * Compiles a Handlebars boot template. Every `{{value}}` is quoted for the format, a value that is missing is an error,
 * and nothing but `if`, `unless` and `each` can be called. Throws template.invalid and template.value_missing, which
 * name the template, the line and the value.
 */
export function compileBootTemplate(name: string, source: string, format: TemplateFormat): BootTemplate {
  const handlebars = Handlebars.create()
  handlebars.registerHelper(QUOTE, (path: string, line: number, value: unknown) =>
    quote(name, path, line, value, format),
  )
  const ast = parse(name, source)
  new QuotingVisitor(name).accept(ast)
  const render = handlebars.compile(ast, {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { [QUOTE]: true },
  })
  return (values) => {
    try {
      return render(values, { allowProtoPropertiesByDefault: false })
    } catch (error) {
      if (error instanceof AppError) throw error
      const said = error instanceof Error ? error.message : String(error)
      throw new AppError('template.value_missing', `template ${name}: ${said}`, { template: name }, error)
    }
  }
}

function parse(name: string, source: string): hbs.AST.Program {
  try {
    return Handlebars.parse(source)
  } catch (error) {
    throw new AppError(
      'template.invalid',
      `template ${name}: ${error instanceof Error ? error.message : error}`,
      { template: name },
      error,
    )
  }
}

/** Turns every `{{path}}` into a call of the quoting helper and refuses all that could run something else. */
class QuotingVisitor extends Handlebars.Visitor {
  readonly #name: string

  constructor(name: string) {
    super()
    this.#name = name
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    const { path, params, loc } = mustache
    if (path.type !== 'PathExpression' || params.length > 0 || mustache.hash?.pairs.length > 0)
      throw this.#refuse('a helper call', loc)
    const original = (path as hbs.AST.PathExpression).original
    const text = { type: 'StringLiteral', value: original, original, loc } as hbs.AST.StringLiteral
    const line = {
      type: 'NumberLiteral',
      value: loc.start.line,
      original: loc.start.line,
      loc,
    } as hbs.AST.NumberLiteral
    mustache.params = [text, line, path as hbs.AST.PathExpression]
    mustache.path = {
      type: 'PathExpression',
      original: QUOTE,
      parts: [QUOTE],
      data: false,
      depth: 0,
      loc,
    } as hbs.AST.PathExpression
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const called = (block.path as hbs.AST.PathExpression).original
    if (!BLOCKS.has(called) || block.params.length !== 1) throw this.#refuse(`a block ${called}`, block.loc)
    super.BlockStatement(block)
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    throw this.#refuse('a partial', partial.loc)
  }

  #refuse(what: string, loc: hbs.AST.SourceLocation): AppError {
    return new AppError(
      'template.invalid',
      `template ${this.#name}, line ${loc.start.line}: expected a value, if, unless or each, got ${what}`,
    )
  }
}

function quote(name: string, path: string, line: number, value: unknown, format: TemplateFormat): string {
  const where = `template ${name}, line ${line}, value ${path}`
  if (value === undefined || value === null)
    throw new AppError('template.value_missing', `${where}: expected a value, got none`)
  if (!['string', 'number', 'boolean'].includes(typeof value))
    throw new AppError('template.invalid', `${where}: expected text or a number, got ${typeof value}`)
  try {
    return QUOTING[format](String(value))
  } catch (error) {
    throw new AppError('template.invalid', `${where}: ${error instanceof Error ? error.message : error}`, {}, error)
  }
}
