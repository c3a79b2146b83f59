/** A word as GRUB hands it on, without its quotes; `isPlain` where none of it was quoted or comes out of a variable. */
export type GrubWord = { text: string; isPlain: boolean }
/** A command and its words, its name first; `line` counts from 1. */
export type GrubCommand = { line: number; words: GrubWord[] }
export type GrubScript = { commands: GrubCommand[]; functions: string[] }

type Token = { line: number; word: GrubWord } | { line: number; mark: string }

/** Words of the language, behind which a command begins, or which end one. */
const LANGUAGE = new Set('if then elif else while until do ! time fi done'.split(' '))
/** Their words are names and values up to `do` or `{`. */
const HEADS = new Set(['for', 'select', 'function'])

/** Reads the commands of a script as GRUB does (GRUB’s manual, “Shell-like scripting”), also of one that it would refuse. */
export function readGrub(text: string): GrubScript {
  const script: GrubScript = { commands: [], functions: [] }
  let open: GrubCommand | 'head' | undefined
  let before: string | undefined
  for (const token of grubTokens(text)) {
    if ('mark' in token) {
      open = undefined
      before = undefined
      continue
    }
    const { line, word } = token
    if (before === 'function') script.functions.push(word.text)
    before = open === undefined && word.isPlain ? word.text : undefined
    if (open === 'head') continue
    if (open) open.words.push(word)
    else if (before !== undefined && HEADS.has(before)) open = 'head'
    else if (before === undefined || !LANGUAGE.has(before)) {
      open = { line, words: [word] }
      script.commands.push(open)
    }
  }
  return script
}

const MARK = /(\|\||&&|;;|[|&;<>{}\n])/y
const SPACE = /(?:[ \t\r]|\\\n|#[^\n]*)+/y
/** A piece of a word: in single quotes, in double ones, behind a backslash, or bare; a quote that stays open runs to the end. */
const PIECE = /'([^']*)(?:'|$)|"((?:\\[\s\S]|[^\\"])*)(?:"|$)|\\([\s\S])|([^{}|&;<> \t\r\n'"\\]+|\\$)/y

function grubTokens(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  const take = (shape: RegExp): RegExpExecArray | null => {
    shape.lastIndex = at
    const found = shape.exec(text)
    if (!found) return null
    at += found[0].length
    line += found[0].split('\n').length - 1
    return found
  }
  while (at < text.length) {
    const begins = line
    if (take(SPACE)) continue
    const mark = take(MARK)
    if (mark) tokens.push({ line: begins, mark: mark[0] })
    else tokens.push({ line: begins, word: readWord(() => take(PIECE)) })
  }
  return tokens
}

/** Within double quotes a backslash stays, but before `$`, `"`, another one and the end of the line. */
function readWord(next: () => RegExpExecArray | null): GrubWord {
  const word = { text: '', isPlain: true }
  for (let piece = next(); piece; piece = next()) {
    const [, single, double, escaped, bare] = piece
    if (bare === undefined || bare.includes('$')) word.isPlain = false
    word.text += single ?? double?.replace(/\\\n/g, '').replace(/\\([$"\\])/g, '$1') ?? escaped ?? bare ?? ''
  }
  return word
}
