/** Line and paragraph separators, and the marks that turn the direction of what follows (Unicode UAX #9). */
const OBEYED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
const SHOWN: Readonly<Record<string, string>> = { '\n': '⏎', '\u2028': '⏎', '\u2029': '⏎', '\t': ' ' }

/**
 * What somebody else wrote, on one line and safe to show: ends of lines become `⏎`, tabs spaces, and other characters
 * that a terminal would obey instead of showing `·`. Never longer than `text`, and the same when done twice.
 */
export const printable = (text: string): string =>
  text.replaceAll('\r\n', '\n').replace(OBEYED, (character) => SHOWN[character] ?? '·')
