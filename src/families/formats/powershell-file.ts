import type { Finding } from '../../domain/install/finding.ts'

/** A script with `''` in the place of each string, and the strings in their order as PowerShell understands them. */
export type PowershellFile = { strings: string[]; skeleton: string; findings: Finding[] }

const CLOSES: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' }
/** Each also opens and closes a verbatim string (about_Quoting_Rules). */
const QUOTES = new Set(["'", '\u2018', '\u2019', '\u201a', '\u201b'])

/** Reads the strings of a script, and whether they and all brackets are closed. Nothing of it runs. */
export function readPowershell(file: string, text: string): PowershellFile {
  const read: PowershellFile = { strings: [], skeleton: '', findings: [] }
  const open: { letter: string; line: number }[] = []
  const fail = (line: number, message: string) => read.findings.push({ file, line, severity: 'error', message })
  let line = 1
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!
    if (letter === '\n') line += 1
    if (letter === '#' && /(^|[\s;{(])$/.test(text.slice(Math.max(0, at - 1), at))) {
      at = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at) - 1
      continue
    }
    if (QUOTES.has(letter) || letter === '"') {
      const string = readString(text, at)
      if (string.end < 0) {
        fail(line, `expected ${letter} to be closed`)
        return read
      }
      read.strings.push(string.text)
      read.skeleton += "''"
      line += string.text.split('\n').length - 1
      at = string.end
      continue
    }
    if (CLOSES[letter]) open.push({ letter, line })
    else if (Object.values(CLOSES).includes(letter)) {
      const last = open.pop()
      if (!last || CLOSES[last.letter] !== letter) fail(line, `expected no ${letter} here`)
    }
    read.skeleton += letter
  }
  for (const one of open) fail(one.line, `expected ${one.letter} to be closed`)
  return read
}

function readString(text: string, start: number): { text: string; end: number } {
  const isVerbatim = text[start] !== '"'
  const isQuote = (letter: string) => (isVerbatim ? QUOTES.has(letter) : letter === '"')
  let value = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const letter = text[at]!
    if (!isVerbatim && letter === '`') {
      at += 1
      value += text[at] ?? ''
    } else if (!isQuote(letter)) value += letter
    else if (isQuote(text[at + 1] ?? '')) {
      value += letter
      at += 1
    } else return { text: value, end: at }
  }
  return { text: value, end: -1 }
}
