import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { ApiClient } from '../client/api-client.ts'
import { AppError } from '../core/errors.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'

type ImportReport = {
  saved: boolean
  added: number
  replaced: number
  same: number
  bad: number
  rows: { row: number; name: string; outcome: string; problems: { field: string; expected: string; got: string }[] }[]
}
/** What a file is, by the end of its name. */
const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
}
const HAS_BAD_ROWS = 1

/** The command that registers the machines of a file; exit 1 where a row is bad. */
export const machineImportCommand = (client: (call: Call) => Promise<ApiClient>): Command => ({
  ...{ name: 'machine import', says: 'Register the machines of a CSV or YAML file', words: ['FILE'] },
  options: {
    'all-or-nothing': { says: 'register none where a row is bad' },
    'dry-run': { says: 'only tell what would become of each row' },
  },
  run: async (call) => {
    const [file] = call.words as [string]
    const type = TYPES[extname(file).toLowerCase()]
    if (type === undefined)
      throw new AppError('request.invalid', `expected a file named ${Object.keys(TYPES).join(', ')}, got ${file}`)
    const mode = call.options['all-or-nothing'] === true ? 'all' : 'good'
    const query = `mode=${mode}&dryRun=${call.options['dry-run'] === true}`
    const text = await readFile(file, 'utf8')
    const report = (await (await client(call)).postText(`/machines/import?${query}`, type, text)) as ImportReport
    call.print(report, drawImport(report))
    return report.bad === 0 ? 0 : HAS_BAD_ROWS
  },
})

/** What became of the rows of a file, those that are bad one by one. */
function drawImport(report: ImportReport): string {
  const { saved, added, replaced, same, bad, rows } = report
  const counts = `${added} added, ${replaced} replaced, ${same} as they were, ${bad} bad`
  const head = saved ? counts : `Nothing was registered. It would be: ${counts}`
  const problems = rows.flatMap(({ row, name, problems }) =>
    problems.map(({ field, expected, got }) => [String(row), name, field, expected, got]),
  )
  return problems.length === 0
    ? head
    : `${formatTable(['ROW', 'NAME', 'FIELD', 'EXPECTED', 'GOT'], problems)}\n\n${head}`
}
