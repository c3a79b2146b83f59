/** A word of a line, without its quotes, and the column where it begins (from 0). */
export type Word = { text: string; column: number }

/**
 * Splits a line as Python's shlex does in its POSIX mode with comments, which Anaconda and ESXi use: quotes, backslashes
 * and `#`. Returns the problem where a quote is not closed.
 */
export function splitWords(line: string): { words: Word[]; problem?: string } {
  const words: Word[] = []
  let word: Word | undefined
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at]!
    if (/\s/.test(letter)) {
      word = undefined
      continue
    }
    if (letter === '#') break
    if (!word) {
      word = { text: '', column: at }
      words.push(word)
    }
    if (letter === "'" || letter === '"') {
      const { text, end } = readQuoted(line, at)
      if (end < 0) return { words, problem: `expected ${letter} to be closed` }
      word.text += text
      at = end
    } else if (letter === '\\') {
      at += 1
      if (at >= line.length) return { words, problem: 'expected a character behind the backslash' }
      word.text += line[at]
    } else word.text += letter
  }
  return { words }
}

/** From the quote that opens to the one that closes; `end` is -1 where none does. */
function readQuoted(line: string, start: number): { text: string; end: number } {
  const quote = line[start]
  let text = ''
  for (let at = start + 1; at < line.length; at += 1) {
    const letter = line[at]!
    if (letter === quote) return { text, end: at }
    const next = line[at + 1]
    if (quote === '"' && letter === '\\' && (next === '"' || next === '\\')) {
      text += next
      at += 1
    } else text += letter
  }
  return { text, end: -1 }
}
