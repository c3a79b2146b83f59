import express, { type Router } from 'express'
import type { DoctorOutcome } from '../../domain/doctor.ts'
import { type Actor, actorOf, actorWith } from '../authentication.ts'
import { refusalOfRole } from '../refusals.ts'
import { live } from './live.ts'
import { type Pages, sendPage } from './pages.ts'

const OUTCOMES: readonly {
  outcome: DoctorOutcome
  title: string
  one: string
  many: string
  colour: string
  look: string
}[] = [
  { outcome: 'problem', title: 'Problems', one: 'problem', many: 'problems', colour: 'red', look: 'bad' },
  { outcome: 'warning', title: 'Warnings', one: 'warning', many: 'warnings', colour: 'orange', look: 'warning' },
]

/** The checks of the host: asked for by operators, run by the service, drawn as they end. */
export function doctorPages(parts: Pages): Router {
  const { views, feed } = parts
  return express
    .Router()
    .get('/doctor', (req, res) => {
      sendPage(views, req, res, 'doctor', { title: 'Doctor', ...doctorValues(parts, actorOf(req)) })
    })
    .get('/live/doctor', (req, res) => {
      const actor = actorWith(req, 'operator')
      live(res, feed, {
        concerns: () => false,
        draw: async () => views.fragment('doctor-live', doctorValues(parts, actor)),
      })
    })
}

function doctorValues({ doctor }: Pages, actor: Actor) {
  const cannot = refusalOfRole(actor, 'operator')
  if (cannot) return { cannot }
  const { state, done, total, finishedAt, why, rows } = doctor.state()
  const groups = OUTCOMES.map((group) => ({ ...group, rows: rows.filter(({ outcome }) => outcome === group.outcome) }))
  const rest = rows.filter(({ outcome }) => outcome === 'ok' || outcome === 'skipped')
  return {
    ...{ isRunning: state === 'running', done, total, finishedAt, why, rest, mayLook: true },
    groups: groups.filter((group) => group.rows.length > 0),
    isGood: state === 'done' && why === undefined && groups.every((group) => group.rows.length === 0),
    counts: [
      ...groups.map(({ one, many, rows: all }) => `${all.length || 'no'} ${all.length === 1 ? one : many}`),
      `${rest.length} fine or skipped`,
    ],
    share: `${Math.round((done / Math.max(1, total)) * 100)}%`,
  }
}
