import express, { type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { type Pages, sendPage } from './pages.ts'
import { runRow } from './run-view.ts'

/** Pages of machines and images. */
export function resourcePages({ views, runs, resources, leaseOf, bootDecision }: Pages): Router {
  return express
    .Router()
    .get('/machines', async (req, res) => {
      const latest = new Map((await runs.list(1000)).reverse().map((run) => [run.machine, runRow(run, Date.now())]))
      const machines = (await resources.machines.list()).map((machine) => ({
        ...machine,
        run: latest.get(machine.name),
      }))
      sendPage(views, req, res, 'machines', { title: 'Machines', machines })
    })
    .get('/machines/:name', async (req, res) => {
      const machine = await resources.machines.find(String(req.params.name))
      if (!machine) throw new AppError('machine.not_found', `expected a registered machine, got ${req.params.name}`)
      const cards = await Promise.all(
        machine.macs.map(async (mac) => ({ mac, lease: await leaseOf(mac), boot: await bootDecision(mac) })),
      )
      const history = (await runs.list(1000))
        .filter((run) => run.machine === machine.name)
        .map((run) => runRow(run, Date.now()))
      sendPage(views, req, res, 'machine', { title: `Machine ${machine.name}`, machine, cards, runs: history })
    })
    .get('/images', async (req, res) => {
      const all = await runs.list(1000)
      const images = (await resources.images.list()).map((image) => ({
        ...image,
        verified: all.filter((run) => run.manifestDigest === image.manifestDigest && run.state === 'verified').length,
        sharedBytes: image.storedBytes - image.ownBytes,
      }))
      sendPage(views, req, res, 'images', { title: 'Images', images })
    })
}
