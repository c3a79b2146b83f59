import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { assertRows, type ImportRow, told } from './import-row.ts'

const Fields = z.record(z.string(), z.unknown())
const Resource = z.strictObject({ kind: z.literal('Machine'), spec: Fields })

/**
 * Rows of a YAML text: one list of machines, or documents of kind Machine as `slipway apply` takes them. Counted from 1.
 * Throws request.invalid where it is neither; aliases are refused, because a few of them make gigabytes.
 */
export function readYamlMachines(text: string): ImportRow[] {
  const documents = parseAllDocuments(text)
  const values = documents.map((document, at): unknown => {
    if (document.errors[0]) throw new AppError('request.invalid', `document ${at + 1}: ${document.errors[0].message}`)
    return plainValue(document, at)
  })
  const [first] = values
  const machines = values.length === 1 && Array.isArray(first) ? (first as unknown[]) : values.map(specOf)
  assertRows(machines.length)
  return machines.map((machine, at) => readRow(at + 1, machine))
}

function plainValue(document: { toJS(options: { maxAliasCount: number }): unknown }, at: number): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch (error) {
    throw new AppError('request.invalid', `document ${at + 1}: ${error instanceof Error ? error.message : error}`)
  }
}

function specOf(value: unknown, at: number): unknown {
  const resource = Resource.safeParse(value)
  if (resource.success) return resource.data.spec
  throw new AppError(
    'request.invalid',
    `document ${at + 1}: expected a list of machines, or kind: Machine and its spec, got ${told(value)}`,
  )
}

function readRow(row: number, machine: unknown): ImportRow {
  const fields = Fields.safeParse(machine)
  if (fields.success) return { row, name: told(fields.data.name), fields: fields.data, problems: [] }
  const problem = { field: 'row', expected: 'the fields of a machine', got: told(machine) }
  return { row, name: 'nothing', fields: {}, problems: [problem] }
}
