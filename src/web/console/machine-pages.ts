import express, { type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { isProvedDeployment } from '../../domain/run/run.ts'
import { bootOf } from './boot-preview-pages.ts'
import { type MachineRow, type Pages, sendPage } from './pages.ts'
import { newestRows, runRow } from './run-row.ts'

/** The list of machines, and the page of one. */
export function machinePages(parts: Pages): Router {
  const { views, runs, resources, conflictsOf } = parts
  return express
    .Router()
    .get('/machines', async (req, res) => {
      const latest = new Map((await runs.list(1000)).reverse().map((run) => [run.machine, runRow(run, Date.now())]))
      const conflicts = Map.groupBy(await conflictsOf(), ({ machine }) => machine)
      const machines = (await resources.machines.list()).map((machine) => ({
        ...machine,
        ...{ run: latest.get(machine.name), conflicts: conflicts.get(machine.name)?.length },
      }))
      sendPage(views, req, res, 'machines', { title: 'Machines', machines })
    })
    .get('/machines/:name', async (req, res) => {
      const machine = await resources.machines.find(String(req.params.name))
      if (!machine) throw new AppError('machine.not_found', `expected a registered machine, got ${req.params.name}`)
      sendPage(views, req, res, 'machine', {
        title: `Machine ${machine.name}`,
        ...(await machineValues(parts, machine)),
      })
    })
}

async function machineValues({ runs, leaseOf, bootPreview, conflictsOf }: Pages, machine: MachineRow) {
  const cards = await Promise.all(
    machine.macs.map(async (mac) => ({
      ...{ mac, lease: await leaseOf(mac), boot: await bootOf(bootPreview, { mac, uuid: machine.uuid }) },
      card: machine.inventory?.nics.find((nic) => nic.mac === mac),
    })),
  )
  const history = (await runs.list(1000)).filter((run) => run.machine === machine.name)
  const written = history
    .filter(isProvedDeployment)
    .flatMap(({ endedAt, image, version }) => (endedAt === undefined ? [] : [{ image, version, endedAt }]))
  return {
    ...{ machine, cards, conflicts: await conflictsOf(machine.name) },
    ...newestRows(history, Date.now()),
    proved: machine.unprovedBy ? undefined : written[0],
  }
}
