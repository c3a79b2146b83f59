import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'

/** So many rows are read of a file at the most. */
export const MOST_ROWS = 10_000
/** So many bytes are read of a file at the most. */
export const MOST_BYTES = 4 << 20

/** What is wrong with a field of a row. */
export type ImportProblem = { field: string; expected: string; got: string }
/** A row as it stands in the file: what a machine would be made of, and what is wrong with the row itself. */
export type ImportRow = {
  row: number
  name: string
  fields: Record<string, unknown>
  problems: ImportProblem[]
  /** Fields of a machine that the file does not speak of: a registered one keeps them. */
  keeps?: readonly string[]
}

const MOST_LETTERS = 80

/** What stands in a file, on one line and short. */
export function told(value: unknown): string {
  if (value === undefined || value === '') return 'nothing'
  const text = printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value))
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text
}

/** Throws request.invalid where the file has no row, or too many. */
export function assertRows(count: number): void {
  if (count > 0 && count <= MOST_ROWS) return
  throw new AppError('request.invalid', `expected 1 to ${MOST_ROWS} machines, got ${count}`)
}
