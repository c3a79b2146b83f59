import { expect, it, test } from 'vitest'
import { parseCsv } from '../../src/core/csv.ts'
import { AppError } from '../../src/core/errors.ts'
import { seeded } from '../seeded.ts'

const values = (text: string, separator: ',' | ';' = ',') => parseCsv(text, separator, 100).map((one) => one.values)

test.each<[string, string, string[][]]>([
  [
    'plain values',
    'a,b\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'lines that end by LF, and a last line without an end',
    'a,b\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['quotes, separators and ends of lines in quotes', '"a ""b"", c","d\r\ne"\n', [['a "b", c', 'd\r\ne']]],
  [
    'empty values',
    ',,\n"",x,\n',
    [
      ['', '', ''],
      ['', 'x', ''],
    ],
  ],
  ['a mark of the byte order', '\ufeffa,b\n', [['a', 'b']]],
  ['blanks as they are', ' a , b\n', [[' a ', ' b']]],
  ['a return that ends no line', 'a\rb,c\n', [['a\rb', 'c']]],
  ['nothing', '', []],
])('reads %s', (_what, text, expected) => expect(values(text)).toEqual(expected))

it('counts records as a spreadsheet does, empty ones and those of several lines too', () => {
  expect(parseCsv('h\n\n"a\nb"\nc\n', ',', 9)).toEqual([
    { row: 1, values: ['h'] },
    { row: 3, values: ['a\nb'] },
    { row: 4, values: ['c'] },
  ])
})

test.each([
  ['a quote that nobody closes', 'a\n"b,c\nd', /row 2: expected a closing quote/],
  ['a quote inside a value', 'a"b,c', /row 1: expected quotes around/],
  ['something behind a quote', 'a\nb\n"c"d', /row 3: expected a , or the end of the line/],
  ['more rows than it may have', 'a\n'.repeat(101), /at most 100 rows/],
])('refuses %s', (_what, text, message) => expect(() => values(text)).toThrow(message))

it('reads back what was written, whatever it is, and any noise without hanging', () => {
  const random = seeded(5)
  const letters = ['a', '"', ',', ';', '\n', '\r', ' ', '=', 'é', '\u202e', '\ufeff']
  const word = () => Array.from({ length: random.below(6) }, () => letters[random.below(letters.length)]).join('')
  for (let times = 0; times < 3000; times++) {
    const rows = Array.from({ length: 1 + random.below(3) }, () => [word(), word(), word()])
    const text = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\r\n')
    expect(values(text)).toEqual(rows)
    try {
      values(word() + word() + word())
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
    }
  }
})
