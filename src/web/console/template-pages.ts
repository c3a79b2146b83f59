import { Router as newRouter, type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { type Pages, sendPage } from './pages.ts'
import { templateEditor } from './template-editor.ts'
import { familyRow, renderedView } from './template-view.ts'

/** The families of operating systems, what a machine would be given by one, and the versions of a boot template. */
export function templatePages(parts: Pages): Router {
  const { views, templates } = parts
  return newRouter()
    .get('/templates', async (req, res) => {
      const families = (await templates.families()).map(familyRow)
      sendPage(views, req, res, 'templates', { title: 'Templates', families })
    })
    .get('/templates/:family', async (req, res) => {
      const values = await familyValues(parts, String(req.params.family), req.query)
      sendPage(views, req, res, 'template-family', { title: values.family.title, ...values })
    })
    .use(templateEditor(parts))
}

const FIELDS = ['release', 'machine', 'profile', 'segment'] as const

async function familyValues({ templates, resources }: Pages, name: string, query: Record<string, unknown>) {
  const families = await templates.families()
  const family = families.find((one) => one.name === name)
  if (!family) throw new AppError('family.not_found', `expected a family of operating systems, got ${name}`)
  const asked: Partial<Record<(typeof FIELDS)[number], string>> = {}
  for (const field of FIELDS) {
    const value = query[field]
    if (typeof value === 'string' && value !== '') asked[field] = value
  }
  const [machines, profiles, segments] = await Promise.all([
    resources.machines.list(),
    resources.profiles.list(),
    resources.segments.list(),
  ])
  const choices = {
    machines: machines.filter(({ inventory }) => inventory !== undefined).map((machine) => machine.name),
    profiles: profiles.map((profile) => profile.name),
    segments: segments.map((segment) => segment.name),
  }
  const shared = { family: familyRow(family), releases: family.releases, unjudged: family.unjudged, done: family.done }
  try {
    const rendered = await templates.render({ family: name, ...asked })
    const release = rendered.release
    return { ...shared, ...choices, asked: { ...asked, release }, rendered: renderedView(rendered) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const release = asked.release ?? family.releases.at(-1)?.name
    return {
      ...shared,
      ...choices,
      asked: { ...asked, release },
      problem: { code: error.code, message: error.message },
    }
  }
}
