import express, { type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { HardwareProfile } from '../../domain/hardware-profile.ts'
import { actorOf, actorWith } from '../authentication.ts'
import { refusalOfRole } from '../refusals.ts'
import { type Pages, sendPage } from './pages.ts'
import { readMatchForm, readProfileForm } from './profile-form.ts'
import { FORM_CHOICES, formOf, previewView, profileFacts, profileRow } from './profile-view.ts'

const MOST_MACHINES = 200
const FRESH = { ...HardwareProfile.parse({ name: 'new' }), name: '' }

/** The list of hardware profiles, the page of one, and the form that makes or changes one with a live preview. */
export function profilePages(parts: Pages): Router {
  const { views, profiles } = parts
  const form = express.urlencoded({ extended: false, limit: '64kb', parameterLimit: 500 })
  return express
    .Router()
    .get('/profiles', async (req, res) => {
      const cannot = refusalOfRole(actorOf(req), 'operator')
      sendPage(views, req, res, 'profiles', { title: 'Profiles', cannot, profiles: await listed(parts) })
    })
    .get('/profiles/:name', async (req, res) => {
      const cannot = refusalOfRole(actorOf(req), 'operator')
      const values = await profileValues(parts, String(req.params.name))
      sendPage(views, req, res, 'profile', { title: `Profile ${req.params.name}`, cannot, ...values })
    })
    .get('/profile-form', async (req, res) => {
      const { of } = req.query
      const stored = typeof of === 'string' ? await profiles.find(of) : undefined
      if (typeof of === 'string' && !stored) throw unknown(of)
      const cannot = refusalOfRole(actorOf(req), 'operator')
      const title = stored ? `Change ${stored.name}` : 'New profile'
      const values = { ...FORM_CHOICES, cannot, stored, form: formOf(stored ?? FRESH), on_profiles: true }
      sendPage(views, req, res, 'profile-form', { title, ...values, profileForm: true })
    })
    .post('/profile-form/preview', form, async (req, res) => {
      actorWith(req, 'viewer')
      const { name, match, problems } = readMatchForm(req.body)
      const preview = match && previewView(await profiles.preview({ name, match }), name)
      res.set('cache-control', 'no-store').type('html').send(views.fragment('profile-preview', { preview, problems }))
    })
    .post('/profile-form/read', form, (req, res) => {
      actorWith(req, 'operator')
      res.set('cache-control', 'no-store').json(readProfileForm(req.body))
    })
}

async function listed({ profiles }: Pages) {
  const [all, counts] = await Promise.all([profiles.list(), profiles.counts()])
  return Promise.all(
    all.map(async (spec) => profileRow(spec, (await profiles.current(spec.name))?.version, counts.get(spec.name) ?? 0)),
  )
}

async function profileValues({ profiles }: Pages, name: string) {
  const current = await profiles.current(name)
  if (!current) throw unknown(name)
  const [versions, machines] = await Promise.all([profiles.versions(name), profiles.machinesOf(name)])
  return {
    ...{ profile: profileFacts(current.spec), name, version: current.version, versions },
    ...{ machines: machines.slice(0, MOST_MACHINES), moreMachines: Math.max(0, machines.length - MOST_MACHINES) },
  }
}

const unknown = (name: string): AppError =>
  new AppError('profile.not_found', `expected a hardware profile, there is no ${name}`)
