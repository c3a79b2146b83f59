import { expect, it } from 'vitest'
import { formatTable } from '../../src/cli/format.ts'

it('gives every column the width of its widest cell, and every row one line', () => {
  expect(
    formatTable(
      ['A', 'LONG'],
      [
        ['wide', 'x'],
        ['', 'two\nlines\x1b[2J'],
      ],
    ).split('\n'),
  ).toEqual(['A     LONG', '────  ─────────────', 'wide  x', '      two⏎lines·[2J'])
})
