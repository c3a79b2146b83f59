import { expect, it } from 'vitest'
import { bytesWords, momentWords, stateWords, timeWords } from '../../../src/web/console/words.ts'

it.each([
  [0, '0.0 s'],
  [30_149, '30.1 s'],
  [59_960, '1:00.0'],
  [94_000, '1:34.0'],
  [7_805_000, '2:10:05.0'],
  [undefined, '–'],
])('tells the moment %s ms after the start as %s', (milliseconds, words) => {
  expect(momentWords(milliseconds)).toBe(words)
})

it('tells bytes, times and states in words, and a dash where there is nothing', () => {
  expect([bytesWords(1536), bytesWords(undefined)]).toEqual(['1.5 KiB', '–'])
  expect([timeWords(0), timeWords('2026-01-01T00:00:00Z'), timeWords(undefined)]).toEqual([
    '1970-01-01 00:00:00',
    '2026-01-01 00:00:00',
    '–',
  ])
  expect(stateWords('bootingOwnDisk')).toBe('booting own disk')
})
