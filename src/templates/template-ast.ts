import Handlebars from 'handlebars'
import { AppError } from '../core/errors.ts'
import type { FileFormat } from '../domain/install/file-format.ts'
import { openGrubQuote } from './boot-script-word.ts'
import { QUOTING, type Spot } from './quoting.ts'

/** A value, condition or part of a template: its path and line, and the formats it stands in, the outermost first. */
export type Place = { path: string; line: number; formats: readonly [FileFormat, ...FileFormat[]]; spot: Spot }

/** The only things a template of ours calls; `each`, `if` and `unless` are Handlebars' own. */
export const QUOTE = 'slipwayQuote'
export const PRESENT = 'slipwayPresent'
export const PART = 'slipwayPart'

const BLOCKS = new Set(['if', 'unless', 'each'])
/** Stands for a value in the text before another one. */
const A_VALUE = '\ufffc'

/**
 * Parses a template and turns every `{{path}}` into a call of the quoting helper, with its place; refuses all that could
 * run something else, and a value where its quotes would not hold. Throws template.invalid naming template and line.
 */
export function parseTemplate(name: string, source: string, format: FileFormat) {
  const ast = parse(name, source)
  const visitor = new PlacingVisitor(name, source, format)
  visitor.accept(ast)
  return { ast, places: visitor.places }
}

function parse(name: string, source: string): hbs.AST.Program {
  try {
    return Handlebars.parse(source)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const line = /line (\d+)/i.exec(said)?.[1] ?? '1'
    throw new AppError('template.invalid', `template ${name}, line ${line}: ${said}`, { template: name }, error)
  }
}

class PlacingVisitor extends Handlebars.Visitor {
  readonly places: Place[] = []
  readonly #name: string
  readonly #lines: string[]
  #formats: [FileFormat, ...FileFormat[]]
  #before = ''
  /** How many `each` are open. */
  #depth = 0

  constructor(name: string, source: string, format: FileFormat) {
    super()
    this.#name = name
    this.#lines = source.split('\n')
    this.#formats = [format]
  }

  override ContentStatement({ value }: hbs.AST.ContentStatement): void {
    this.#before += value
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    const { path, params, loc } = mustache
    if (path.type !== 'PathExpression' || params.length > 0 || mustache.hash?.pairs.length > 0)
      throw this.#refuse('a helper call', loc)
    const problem = whyQuotesDoNotHold(this.#formats.at(-1)!, this.#before)
    if (problem) throw this.#refuse(problem, loc, 'a value that keeps its quotes')
    this.accept(path)
    mustache.params = [this.#place((path as hbs.AST.PathExpression).original, loc), path]
    mustache.path = helperPath(QUOTE, loc)
    this.#before += A_VALUE
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const called = (block.path as hbs.AST.PathExpression).original
    const [param, ...more] = block.params
    if (more.length > 0 || !param) throw this.#refuse(`a block ${called}`, block.loc)
    if (called === 'as') {
      this.#part(block, param)
      return
    }
    if (!BLOCKS.has(called)) throw this.#refuse(`a block ${called}`, block.loc)
    if (param.type !== 'PathExpression') throw this.#refuse('an expression', block.loc)
    const path = param as hbs.AST.PathExpression
    this.accept(path)
    const call = { type: 'SubExpression', path: helperPath(PRESENT, path.loc), loc: path.loc }
    const params = [this.#place(path.original, path.loc), path]
    block.params = [{ ...call, params, hash: { type: 'Hash', pairs: [], loc: path.loc } } as hbs.AST.SubExpression]
    const depth = this.#depth
    if (called === 'each') this.#depth += 1
    this.accept(block.program)
    this.#depth = depth
    if (block.inverse) this.accept(block.inverse)
  }

  override PathExpression({ depth, original, loc }: hbs.AST.PathExpression): void {
    if (depth > this.#depth) throw this.#refuse(`${original}, which is outside of all`, loc, 'a value')
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    throw this.#refuse('a partial', partial.loc)
  }

  override PartialBlockStatement({ loc }: hbs.AST.PartialBlockStatement): void {
    throw this.#refuse('a partial', loc)
  }

  override Decorator({ loc }: hbs.AST.Decorator): void {
    throw this.#refuse('a decorator', loc)
  }

  override DecoratorBlock({ loc }: hbs.AST.DecoratorBlock): void {
    throw this.#refuse('a decorator', loc)
  }

  #part(block: hbs.AST.BlockStatement, param: hbs.AST.Expression): void {
    const inner = param.type === 'StringLiteral' ? (param as hbs.AST.StringLiteral).value : ''
    const outer = this.#formats.at(-1)!
    if (!Object.hasOwn(QUOTING, inner)) throw this.#refuse(`the format ${inner}`, block.loc, 'a format that is known')
    if (!QUOTING[outer].part) throw this.#refuse(`a part in ${inner}`, block.loc, `what ${outer} can hold`)
    const formats = this.#formats
    const before = this.#before
    block.path = helperPath(PART, block.loc)
    this.#formats = [...formats, inner as FileFormat]
    block.params = [this.#place(inner, block.loc)]
    this.#before = ''
    this.accept(block.program)
    this.#formats = formats
    this.#before = before + A_VALUE
  }

  #place(path: string, loc: hbs.AST.SourceLocation): hbs.AST.NumberLiteral {
    const { line } = loc.start
    const indent = /^ */.exec(this.#lines[line - 1] ?? '')![0].length
    const before = this.#before.slice(this.#before.lastIndexOf('\n') + 1)
    const value = this.places.push({ path, line, formats: this.#formats, spot: { before, indent } }) - 1
    return { type: 'NumberLiteral', value, original: value, loc } as hbs.AST.NumberLiteral
  }

  #refuse(got: string, loc: hbs.AST.SourceLocation, expected = 'a value, if, unless, each or as'): AppError {
    const where = `template ${this.#name}, line ${loc.start.line}`
    return new AppError('template.invalid', `${where}: expected ${expected}, got ${got}`, { template: this.#name })
  }
}

const IN_QUOTES = new Set<FileFormat>(['sh', 'kickstart', 'powershell', 'yaml', 'json', 'ignite'])
/** What may stand right before a value that is a whole one. */
const BEFORE_WHOLE = /(^|[\s[{,:(])$/

function whyQuotesDoNotHold(format: FileFormat, before: string): string | undefined {
  if (IN_QUOTES.has(format) && /["']$/.test(before)) return 'one within quotes: it brings its own'
  if ((format === 'yaml' || format === 'json') && !BEFORE_WHOLE.test(before))
    return 'a piece of one: put the whole into {{#as "text"}}'
  if (format === 'grub') return whyGrubBreaks(before)
  if (format !== 'xml') return undefined
  if (before.lastIndexOf('<!--') > before.lastIndexOf('-->')) return 'one within a comment'
  return before.lastIndexOf('<![CDATA[') > before.lastIndexOf(']]>') ? 'one within CDATA' : undefined
}

/** Quotes of a line before are not seen where a value is written, and within single ones it could not bring its own. */
function whyGrubBreaks(before: string): string | undefined {
  const open = openGrubQuote(before)
  if (open === "'") return 'one within single quotes: it brings its own'
  if (/[\\$]$/.test(before)) return 'one behind a backslash or $'
  const line = before.slice(before.lastIndexOf('\n') + 1)
  return open !== undefined && openGrubQuote(line) === undefined ? 'one within quotes of a line before' : undefined
}

const helperPath = (name: string, loc: hbs.AST.SourceLocation): hbs.AST.PathExpression =>
  ({ type: 'PathExpression', original: name, parts: [name], data: false, depth: 0, loc }) as hbs.AST.PathExpression
