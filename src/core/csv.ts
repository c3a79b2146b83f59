import { AppError } from './errors.ts'

/** A record and its number, the header being 1, as a spreadsheet counts. */
export type CsvRecord = { row: number; values: string[] }

const [QUOTE, RETURN, NEWLINE] = ['"', '\r', '\n']
const BOM = '\ufeff'

/**
 * Records of a CSV text (RFC 4180): values may be quoted, quotes in them doubled, lines end by CRLF or LF. Records without
 * any value are left out and counted. Throws request.invalid naming the record where quotes do not pair or there are more
 * than `most` of them: from there on nobody could say what belongs where.
 */
export function parseCsv(text: string, separator: ',' | ';', most: number): CsvRecord[] {
  const source = text.startsWith(BOM) ? text.slice(1) : text
  const records: CsvRecord[] = []
  let [at, row] = [0, 0]
  while (at < source.length) {
    row += 1
    const { values, end } = readRecord(source, at, row, separator)
    at = end
    if (values.length === 1 && values[0] === '') continue
    records.push({ row, values })
    if (records.length > most) throw new AppError('request.invalid', `expected at most ${most} rows, got more`)
  }
  return records
}

/** `end` is where the next record begins. */
function readRecord(source: string, from: number, row: number, separator: string): { values: string[]; end: number } {
  const values: string[] = []
  let at = from
  for (;;) {
    const { value, end } = source[at] === QUOTE ? readQuoted(source, at, row) : readPlain(source, at, row, separator)
    values.push(value)
    at = end
    if (source[at] === separator) {
      at += 1
      continue
    }
    if (source[at] === RETURN && source[at + 1] === NEWLINE) return { values, end: at + 2 }
    if (source[at] === NEWLINE || at >= source.length) return { values, end: at + 1 }
    throw malformed(
      row,
      `a ${separator} or the end of the line after a closing quote, got ${JSON.stringify(source[at])}`,
    )
  }
}

function readQuoted(source: string, from: number, row: number): { value: string; end: number } {
  const parts: string[] = []
  let at = from + 1
  for (;;) {
    const close = source.indexOf(QUOTE, at)
    if (close < 0) throw malformed(row, 'a closing quote, got the end of the text')
    parts.push(source.slice(at, close))
    if (source[close + 1] !== QUOTE) return { value: parts.join(QUOTE), end: close + 1 }
    at = close + 2
  }
}

function readPlain(source: string, from: number, row: number, separator: string): { value: string; end: number } {
  let end = from
  while (end < source.length && source[end] !== separator && source[end] !== NEWLINE) {
    if (source[end] === RETURN && source[end + 1] === NEWLINE) break
    if (source[end] === QUOTE) throw malformed(row, 'quotes around the whole value, got one inside of it')
    end += 1
  }
  return { value: source.slice(from, end), end }
}

const malformed = (row: number, expected: string): AppError =>
  new AppError('request.invalid', `row ${row}: expected ${expected}`, { row })
