import Handlebars from 'handlebars'
import { AppError } from '../core/errors.ts'
import { QUOTING, type TemplateFormat } from './quoting.ts'

type Values = Record<string, unknown>
export type BootTemplate = (values: Values) => string

const QUOTE = 'slipwayQuote'
const PRESENT = 'slipwayPresent'
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
  handlebars.registerHelper(PRESENT, (path: string, line: number, value: unknown) => present(name, path, line, value))
  const ast = parse(name, source)
  new QuotingVisitor(name).accept(ast)
  const render = handlebars.compile(ast, {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { [QUOTE]: true, [PRESENT]: true },
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
    mustache.params = argumentsOf(path as hbs.AST.PathExpression)
    mustache.path = helperPath(QUOTE, loc)
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const called = (block.path as hbs.AST.PathExpression).original
    if (!BLOCKS.has(called) || block.params.length !== 1) throw this.#refuse(`a block ${called}`, block.loc)
    const [condition] = block.params
    if (condition?.type !== 'PathExpression') throw this.#refuse('an expression', block.loc)
    const path = condition as hbs.AST.PathExpression
    const call = {
      type: 'SubExpression',
      path: helperPath(PRESENT, path.loc),
      params: argumentsOf(path),
      loc: path.loc,
    }
    block.params = [{ ...call, hash: { type: 'Hash', pairs: [], loc: path.loc } } as hbs.AST.SubExpression]
    this.accept(block.program)
    if (block.inverse) this.accept(block.inverse)
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

const helperPath = (name: string, loc: hbs.AST.SourceLocation): hbs.AST.PathExpression =>
  ({ type: 'PathExpression', original: name, parts: [name], data: false, depth: 0, loc }) as hbs.AST.PathExpression

/** The helpers get the value's name and line beside the value, for their errors. */
function argumentsOf(path: hbs.AST.PathExpression): hbs.AST.Expression[] {
  const { original, loc } = path
  const text = { type: 'StringLiteral', value: original, original, loc } as hbs.AST.StringLiteral
  const line = { type: 'NumberLiteral', value: loc.start.line, original: loc.start.line, loc } as hbs.AST.NumberLiteral
  return [text, line, path]
}

/** Handlebars' strict mode does not look into blocks: a condition that was never given is an error too. */
function present(name: string, path: string, line: number, value: unknown): unknown {
  if (value !== undefined) return value
  throw new AppError(
    'template.value_missing',
    `template ${name}, line ${line}, value ${path}: expected a value, got none`,
  )
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
