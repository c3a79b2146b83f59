import { AppError } from '../core/errors.ts'
import { type ImportRow, MOST_BYTES } from '../domain/machine-import/import-row.ts'
import { type ImportVerdict, judgeImport } from '../domain/machine-import/judge-import.ts'
import { readCsvMachines } from '../domain/machine-import/read-csv-machines.ts'
import { readYamlMachines } from '../domain/machine-import/read-yaml-machines.ts'
import type { Appliance } from './appliance.ts'

/** `all`: nothing is saved where a row is bad. `good`: the bad rows are left out. */
export type ImportWish = { format: 'csv' | 'yaml'; text: string; mode: 'good' | 'all'; dryRun: boolean }
/** `saved`: whether the rows that are not bad are registered now. */
export type ImportReport = {
  saved: boolean
  added: number
  replaced: number
  same: number
  bad: number
  rows: ImportVerdict[]
}

type Stores = Pick<Appliance['store'], 'machineImports' | 'profiles'>
const READERS: Readonly<Record<ImportWish['format'], (text: string) => ImportRow[]>> = {
  csv: readCsvMachines,
  yaml: readYamlMachines,
}

/** Registers the machines of a file as one unit of work. Throws request.invalid where the file can not be read at all. */
export const createMachineImports =
  ({ machineImports, profiles }: Stores) =>
  async ({ format, text, mode, dryRun }: ImportWish): Promise<ImportReport> => {
    if (Buffer.byteLength(text) > MOST_BYTES)
      throw new AppError('request.invalid', `expected at most ${MOST_BYTES} bytes, got ${Buffer.byteLength(text)}`)
    const rows = READERS[format](text)
    const names = new Set((await profiles.list()).map(({ name }) => name))
    return machineImports.save((registered) => {
      const { verdicts, machines } = judgeImport(rows, registered, names)
      const count = (outcome: ImportVerdict['outcome']) => verdicts.filter((one) => one.outcome === outcome).length
      const bad = count('bad')
      const saved = !dryRun && (mode === 'good' || bad === 0)
      const counts = { added: count('added'), replaced: count('replaced'), same: count('same'), bad }
      return { machines: saved ? machines : [], result: { saved, ...counts, rows: verdicts } }
    })
  }
