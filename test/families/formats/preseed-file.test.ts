import { expect, test } from 'vitest'
import { nearest } from '../../../src/families/formats/nearest.ts'
import { readPreseed } from '../../../src/families/formats/preseed-file.ts'

test('answers are read with the line where they begin, and joined as the installer joins them', () => {
  const text =
    '# comment\n\nd-i a/b string one \\\n    two\\\n# not in the way\n  three\nd-i c/d string\n  d-i e/f note\n'
  expect(readPreseed('x', text)).toEqual({
    entries: [
      { line: 3, owner: 'd-i', question: 'a/b', type: 'string', value: 'one two three' },
      { line: 7, owner: 'd-i', question: 'c/d', type: 'string', value: '' },
      { line: 8, owner: 'd-i', question: 'e/f', type: 'note', value: '' },
    ],
    findings: [],
  })
})

test.each([
  ['d-i a/b', 1, /expected owner, question, type and value, got d-i a\/b/],
  ['\nd-i a/b string \\', 2, /expected another line behind the backslash/],
  [' # no comment to the installer', 1, /./],
])('%j is told', (text, line, message) => {
  const { findings, entries } = readPreseed('x', text)
  if (findings.length === 0) expect(entries[0]).toMatchObject({ owner: '#', line })
  else expect(findings).toEqual([{ file: 'x', line, severity: 'error', message: expect.stringMatching(message) }])
})

test.each([
  ['time/zonee', 'time/zone'],
  ['tme/zone', 'time/zone'],
  ['clock/zone', undefined],
])('the nearest to %s is %s', (typed, word) => expect(nearest(typed, ['time/zone', 'mirror/country'])).toBe(word))
