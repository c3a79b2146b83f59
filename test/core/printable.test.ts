import { expect, it, test } from 'vitest'
import { printable } from '../../src/core/printable.ts'

test.each([
  ['the title of a terminal', '\x1b]0;owned\x07', '·]0;owned·'],
  ['a colour by one C1 byte', '\x9b31mred', '·31mred'],
  ['the end of a line', 'true\nfake line', 'true⏎fake line'],
  ['the end of a line of Windows', 'one\r\ntwo', 'one⏎two'],
  ['a return to the start of the line', 'bad\rgood', 'bad·good'],
  ['the line separator of Unicode', 'one\u2028two', 'one⏎two'],
  ['tabs', 'a\tb', 'a b'],
  ['writing turned round', 'abc\u202edef\u2066ghi\u2069', 'abc·def·ghi·'],
  ['DEL and NUL', 'a\x7fb\0', 'a·b·'],
])('shows %s instead of obeying it', (_name, text, shown) => {
  expect(printable(text)).toBe(shown)
  expect(printable(shown)).toBe(shown)
})

it('leaves every other letter alone', () => {
  const text = 'Größe 2 × 1,8 TB – 日本語 עברית 🚀'
  expect(printable(text)).toBe(text)
})
