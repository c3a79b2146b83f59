import { styleText } from 'node:util'
import { printable } from '../core/printable.ts'
import type { DoctorOutcome, DoctorRow } from '../domain/doctor.ts'
import { formatTable } from './format.ts'

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const MARKS: Record<DoctorOutcome, { mark: string; style: Style; words: string }> = {
  ok: { mark: '✓', style: 'green', words: 'ok' },
  skipped: { mark: '–', style: 'gray', words: 'skipped' },
  warning: { mark: '!', style: 'yellow', words: 'warnings' },
  problem: { mark: '✗', style: ['bold', 'red'], words: 'problems' },
}
/** Where standard output is no terminal. */
const COLUMNS = 160
const ORDER = Object.keys(MARKS) as DoctorOutcome[]

/** Colours where standard output is a terminal, none elsewhere. */
const paintTerminal: Paint = (style, text) => styleText(style, text)

/**
 * All findings as a table as wide as the terminal, what needs doing last; then each warning and problem whole, with
 * expected, got and remedy.
 */
export function drawDoctor(
  rows: readonly DoctorRow[],
  paint: Paint = paintTerminal,
  columns = process.stdout.columns ?? COLUMNS,
): string {
  const cut = (line: string): string => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line)
  const sorted = [...rows].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome))
  const cells = sorted.map(({ outcome, check, about, got }) => [MARKS[outcome].mark, check, about, got])
  const [head, rule, ...lines] = formatTable([' ', 'CHECK', 'ABOUT', 'GOT'], cells).split('\n').map(cut)
  const table = lines.map((line, index) => paint(MARKS[sorted[index]!.outcome].style, line))
  const toDo = sorted.filter(({ outcome }) => outcome === 'warning' || outcome === 'problem')
  return [head, rule, ...table, '', ...toDo.flatMap((row) => explain(row, paint)), count(rows)].join('\n')
}

const explain = ({ outcome, check, about, expected, got, remedy }: DoctorRow, paint: Paint): string[] => [
  paint(MARKS[outcome].style, `${MARKS[outcome].mark} ${check}: ${printable(about)}`),
  `    expected  ${printable(expected)}`,
  `    got       ${printable(got)}`,
  ...(remedy ? [`    remedy    ${printable(remedy)}`] : []),
  '',
]

const count = (rows: readonly DoctorRow[]): string =>
  ORDER.map((outcome) => `${MARKS[outcome].words} ${rows.filter((row) => row.outcome === outcome).length}`).join(', ')
