import * as z from 'zod'
import { MOST_BYTES } from '../../domain/machine-import/import-row.ts'
import type { Actor } from '../authentication.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** What files of machines may be sent as. */
export const IMPORT_MEDIA = ['text/csv', 'application/yaml'] as const

const Query = z.object({
  mode: z.enum(['good', 'all']).default('good').describe('all: nothing is saved where a row is bad'),
  dryRun: z.stringbool().default(false).describe('only tell what would become of each row'),
})
const count = z.int().nonnegative()
const Report = z.object({
  saved: z.boolean().describe('whether the rows that are not bad are registered now'),
  ...{ added: count, replaced: count, same: count, bad: count },
  rows: z.array(
    z.object({
      row: z.int().describe('of a CSV as a spreadsheet counts, the header being 1; of YAML from 1'),
      name: z.string(),
      outcome: z.enum(['added', 'replaced', 'same', 'bad']),
      problems: z.array(z.object({ field: z.string(), expected: z.string(), got: z.string() })),
    }),
  ),
})
export type ImportReport = z.infer<typeof Report>

export type MachineImportDeps = {
  importMachines(wish: {
    format: 'csv' | 'yaml'
    text: string
    mode: 'good' | 'all'
    dryRun: boolean
  }): Promise<ImportReport>
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

/** Many machines from a file, with a report for each of its rows. */
export function machineImportRoutes({ importMachines, audit }: MachineImportDeps): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'post', path: '/machines/import', says: 'Register the machines of a CSV or YAML file' },
      ...{ role: 'operator', params: Query, body: z.string().max(MOST_BYTES), media: IMPORT_MEDIA, answer: Report },
      handle: async ({ params: { mode, dryRun }, body, actor, req }) => {
        const format = req.is('text/csv') ? 'csv' : 'yaml'
        const report = await importMachines({ format, text: body, mode, dryRun })
        const { rows, saved, ...counts } = report
        const names = rows
          .filter(({ outcome }) => outcome === 'added' || outcome === 'replaced')
          .map(({ name }) => name)
        if (saved) await audit(actor, 'machines.import', format, { mode, ...counts, names })
        return report
      },
    }),
  ]
}
