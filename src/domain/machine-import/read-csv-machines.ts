import { parseCsv } from '../../core/csv.ts'
import { AppError } from '../../core/errors.ts'
import { assertRows, type ImportProblem, type ImportRow, MOST_ROWS, told } from './import-row.ts'

type Fields = Record<string, unknown>
type Column = { says: string; needed?: true; put(fields: Fields, value: string): void }

const FLAGS: Readonly<Record<string, boolean>> = { true: true, yes: true, false: false, no: false }
const into =
  (field: string, read: (value: string) => unknown = (value) => value) =>
  (fields: Fields, value: string): void => {
    fields[field] = read(value)
  }
const intoPower = (field: string) => (fields: Fields, value: string) => {
  fields.power = { ...(fields.power as object | undefined), [field]: value }
}

/** Columns of a CSV of machines. Their order is free; a value that is empty is as if it were not there. */
export const IMPORT_COLUMNS: Readonly<Record<string, Column>> = {
  name: { says: 'its name', needed: true, put: into('name') },
  macs: {
    says: 'its MAC addresses, with a blank between two',
    needed: true,
    put: into('macs', (value) => value.split(/[\s,;|]+/).filter(Boolean)),
  },
  uuid: { says: 'its SMBIOS UUID', put: into('uuid') },
  sharesUuid: {
    says: '`true` where another board carries the same UUID',
    put: into('sharesUuid', (value) => FLAGS[value.toLowerCase()] ?? value),
  },
  serial: { says: 'its serial number', put: into('serial') },
  profile: { says: 'its hardware profile; without one the rules choose', put: into('profile') },
  power: { says: 'its power driver', put: intoPower('driver') },
  powerMac: { says: 'the MAC that is woken, where it is not the first', put: intoPower('mac') },
}
const NAMES = Object.keys(IMPORT_COLUMNS)
const FIELDS = ['uuid', 'sharesUuid', 'serial', 'profile', 'power', 'install'] as const
const fieldOf = (column: string): string => (column === 'powerMac' ? 'power' : column)

/** Rows of a CSV whose first line names the columns. Throws request.invalid where the file itself can not be read. */
export function readCsvMachines(text: string): ImportRow[] {
  const firstLine = text.slice(0, 4096).split('\n', 1)[0]!
  const separator = firstLine.includes(';') && !firstLine.includes(',') ? ';' : ','
  const [header, ...rows] = parseCsv(text, separator, MOST_ROWS + 1)
  if (!header) throw new AppError('request.invalid', `expected a first line that names the columns, got nothing`)
  const columns = readHeader(header.values)
  // Spreadsheets write rows of nothing but separators behind the last.
  const records = rows.filter(({ values }) => values.some((value) => value.trim() !== ''))
  assertRows(records.length)
  return records.map(({ row, values }) => readRow(row, values, columns))
}

function readHeader(values: readonly string[]): string[] {
  const columns = values.map((value) => {
    const name = NAMES.find((known) => known.toLowerCase() === value.trim().toLowerCase())
    if (name) return name
    throw new AppError('request.invalid', `expected columns of ${NAMES.join(', ')}, got ${told(value)}`)
  })
  const again = columns.find((name, at) => columns.indexOf(name) < at)
  if (again) throw new AppError('request.invalid', `expected each column once, got ${again} again`)
  const missing = NAMES.filter((name) => IMPORT_COLUMNS[name]!.needed && !columns.includes(name))
  if (missing.length === 0) return columns
  throw new AppError('request.invalid', `expected the columns name and macs, got none named ${missing.join(' or ')}`)
}

function readRow(row: number, values: readonly string[], columns: readonly string[]): ImportRow {
  const fields: Fields = {}
  for (const [at, name] of columns.entries()) {
    const value = values[at]?.trim() ?? ''
    if (value !== '') IMPORT_COLUMNS[name]!.put(fields, value)
  }
  const problems: ImportProblem[] =
    values.length === columns.length
      ? []
      : [{ field: 'row', expected: `${columns.length} values`, got: `${values.length}` }]
  const keeps = FIELDS.filter((field) => !columns.some((name) => fieldOf(name) === field))
  return { row, name: told(fields.name), fields, problems, keeps }
}
