import express, { type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { remedyOf } from '../../domain/conflict.ts'
import { isProvedDeployment } from '../../domain/run/run.ts'
import { withDrift } from '../api/machine-routes.ts'
import { actorOf } from '../authentication.ts'
import { refusalOfBusy, refusalOfRole } from '../refusals.ts'
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
        ...(await machineValues(parts, machine, actorOf(req))),
      })
    })
}

async function machineValues(parts: Pages, machine: MachineRow, actor: ReturnType<typeof actorOf>) {
  const { runs, leaseOf, bootPreview, conflictsOf, resources } = parts
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
  const found = withDrift(await resources.machines.inventories(machine.name))
  const conflicts = (await conflictsOf(machine.name)).map((one) => ({ ...one, remedy: remedyOf(one) }))
  const open = (await parts.openRuns()).find((run) => run.machine === machine.name)
  return {
    ...{ machine, cards, conflicts, found, hasFindings: found.length > 1 },
    traces: machine.inventory ? await tracesOf(parts, machine.name) : [],
    newest: found[0],
    mayAccept: found[0]?.contradicts !== undefined,
    cannotChange: refusalOfRole(actor, 'operator') ?? (open && refusalOfBusy(open)),
    ...newestRows(history, Date.now()),
    proved: machine.unprovedBy ? undefined : written[0],
  }
}

/** Every profile that has rules, those that fit first. */
async function tracesOf({ profiles }: Pages, name: string) {
  const traces = (await profiles.matching(name)).profiles
  return traces.toSorted((a, b) => Number(b.matches) - Number(a.matches) || b.priority - a.priority)
}
