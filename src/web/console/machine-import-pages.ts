import express, { type Router } from 'express'
import { MOST_ROWS } from '../../domain/machine-import/import-row.ts'
import { IMPORT_COLUMNS } from '../../domain/machine-import/read-csv-machines.ts'
import { actorOf } from '../authentication.ts'
import { refusalOfRole } from '../refusals.ts'
import { type Pages, sendPage } from './pages.ts'

const COLUMNS = Object.entries(IMPORT_COLUMNS).map(([name, { says, needed }]) => ({ name, says, needed }))

/** The form that registers the machines of a file; its report is drawn by the page's own script. */
export function machineImportPages({ views }: Pages): Router {
  return express.Router().get('/machine-import', (req, res) => {
    const cannot = refusalOfRole(actorOf(req), 'operator')
    const values = { cannot, columns: COLUMNS, most: MOST_ROWS, on_machines: true, machineImport: true }
    sendPage(views, req, res, 'machine-import', { title: 'Import machines', ...values })
  })
}
