import { expect, test } from 'vitest'
import * as z from 'zod'
import { judgeKeys, judgeTree, readYaml } from '../../../src/families/formats/yaml-tree.ts'

const text = `one:
  - name: a
    size: 1
  - name: b
    sise: 2
two: {x: 1,
  list: [1, z]}
`
const tree = readYaml('f', text)

test.each<[(string | number)[], number]>([
  [['one'], 1],
  [['one', 1], 4],
  [['one', 1, 'sise'], 5],
  [['two', 'list', 1], 7],
  [['two', 'gone', 'deep'], 6],
  [['gone'], 1],
])('%j is in line %i', (path, line) => expect(tree.lineOf(path)).toBe(line))

test('what a schema does not take is told by field and line', () => {
  const schema = z.object({
    one: z.array(z.strictObject({ name: z.string(), size: z.int().optional() })),
    two: z.object({ list: z.array(z.union([z.int(), z.strictObject({ a: z.int() })])) }),
  })
  expect(judgeTree('f', tree, schema)).toEqual([
    { file: 'f', line: 5, severity: 'error', message: 'expected a key that is known in one.1, got sise' },
    { file: 'f', line: 7, severity: 'error', message: expect.stringMatching(/^two\.list\.1: /) },
  ])
})

test('unknown keys weigh as much as the caller says', () => {
  const findings = judgeTree('f', tree, z.strictObject({ one: z.unknown() }), [], () => 'warning')
  expect(findings).toEqual([
    { file: 'f', line: 6, severity: 'warning', message: 'expected a key that is known in the file, got two' },
  ])
})

test.each(['a: [1\nb: 2\n', 'a:\n\tb: 1\n', 'a: "x\n'])('%j is no YAML', (broken) => {
  const { data, findings } = readYaml('f', broken)
  expect(data).toBeUndefined()
  expect(findings[0]).toMatchObject({ severity: 'error', message: expect.stringMatching(/^expected YAML: /) })
})

test('a key that comes again is told, because the last one counts', () =>
  expect(judgeKeys('f', 'a: 1\nb: {c: 1, c: 2}\na: 3\n').map(({ line, message }) => [line, message])).toEqual([
    [3, 'expected a once, got it again: the last counts'],
    [2, 'expected c once, got it again: the last counts'],
  ]))
