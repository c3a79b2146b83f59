import { styleText } from 'node:util'
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
/** Longer findings are cut in the table; those that matter stand whole below it. */
const MOST_CHARACTERS = 100
const ORDER = Object.keys(MARKS) as DoctorOutcome[]

/** Colours where standard output is a terminal, none elsewhere. */
const paintTerminal: Paint = (style, text) => styleText(style, text)

/** All findings as a table, what needs doing last; then each warning and problem with expected, got and remedy. */
export function drawDoctor(rows: readonly DoctorRow[], paint: Paint = paintTerminal): string {
  const sorted = [...rows].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome))
  const cells = sorted.map(({ outcome, check, about, got }) => [MARKS[outcome].mark, check, about, cut(got)])
  const [head, rule, ...lines] = formatTable([' ', 'CHECK', 'ABOUT', 'GOT'], cells).split('\n')
  const table = lines.map((line, index) => paint(MARKS[sorted[index]!.outcome].style, line))
  const toDo = sorted.filter(({ outcome }) => outcome === 'warning' || outcome === 'problem')
  return [head, rule, ...table, '', ...toDo.flatMap((row) => explain(row, paint)), count(rows)].join('\n')
}

const explain = ({ outcome, check, about, expected, got, remedy }: DoctorRow, paint: Paint): string[] => [
  paint(MARKS[outcome].style, `${MARKS[outcome].mark} ${check}: ${about}`),
  `    expected  ${expected}`,
  `    got       ${got}`,
  ...(remedy ? [`    remedy    ${remedy}`] : []),
  '',
]

const cut = (text: string): string => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text)

const count = (rows: readonly DoctorRow[]): string =>
  ORDER.map((outcome) => `${MARKS[outcome].words} ${rows.filter((row) => row.outcome === outcome).length}`).join(', ')
