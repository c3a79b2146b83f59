import express, { Router as newRouter, type Request, type Response, type Router } from 'express'
import * as z from 'zod'
import { AppError, ERROR_CODES } from '../../core/errors.ts'
import { parse } from '../api/parse.ts'
import { SaveWish, type TemplateAnswer } from '../api/template-routes.ts'
import { actorOf, actorWith } from '../authentication.ts'
import { refusalOfRole } from '../refusals.ts'
import { type Pages, sendPage } from './pages.ts'
import { diffLines, originWords, renderedView } from './template-view.ts'

/** What stands in the editor's fields. */
const Typed = z.object({
  ...{ source: z.string().default(''), note: z.string().default('') },
  ...{ release: z.string().max(63).default(''), machine: z.string().max(63).default('') },
  wish: z.enum(['try', 'save']).default('try'),
})
type Typed = z.infer<typeof Typed>
/** A template as it is typed, what came of trying it, and why it was not possible. */
type Shown = { typed?: Typed; tried?: ReturnType<typeof renderedView>; problem?: AppError }

/** The page of a boot template with its editor: a form of HTML, which tries what is typed or saves it as the API does. */
export function templateEditor(parts: Pages): Router {
  const form = express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 10 })
  return newRouter()
    .get('/templates/:family/:file', (req, res) => show(parts, req, res, {}))
    .post('/templates/:family/:file', form, async (req, res) => {
      const now = await parts.templates.show(pathOf(req))
      const given = parse(Typed, req.body ?? {})
      const typed = { ...given, source: lineEndsLike(now.source, given.source) }
      try {
        if (typed.wish === 'try') {
          actorWith(req, 'operator')
          return await show(parts, req, res, { typed, tried: await tryTyped(parts, pathOf(req), typed) })
        }
        const wish = parse(SaveWish, { source: typed.source, note: typed.note.trim() || undefined })
        await parts.saveTemplate(pathOf(req), wish, actorWith(req, 'admin'))
        res.redirect(303, `/templates/${pathOf(req)}`)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        res.status(ERROR_CODES[error.code].status)
        await show(parts, req, res, { typed, problem: error })
      }
    })
}

const pathOf = ({ params }: Request): string => `${params.family}/${params.file}`

/** A form sends every line end as CR LF, whatever it was. */
const lineEndsLike = (now: string, typed: string): string =>
  now.includes('\r\n') ? typed : typed.replaceAll('\r\n', '\n')

/** The file that the template makes, judged; findings in other files of the family are not its own. */
async function tryTyped({ templates }: Pages, path: string, { source, release, machine }: Typed) {
  const family = (await familyOf(templates, path)).name
  const asked = { ...(release ? { release } : {}), ...(machine ? { machine } : {}) }
  const rendered = await templates.render({ family, ...asked, sources: { [path]: source } })
  const files = rendered.files.filter(({ template }) => template === path)
  const findings = rendered.findings.filter(({ file }) => files.some(({ name }) => name === file))
  return renderedView({ ...rendered, files, findings, lastGiven: undefined })
}

async function familyOf(templates: Pages['templates'], path: string) {
  const families = await templates.families()
  const family = families.find(({ files }) => files.some(({ template }) => template === path))
  if (!family) throw new AppError('resource.not_found', `expected the template of a family, there is no ${path}`)
  return family
}

async function show(parts: Pages, req: Request, res: Response, { typed, tried, problem }: Shown): Promise<void> {
  const { views, templates, resources } = parts
  const path = pathOf(req)
  const [template, diff, family, machines] = await Promise.all([
    templates.show(path),
    templates.diff(path, 'shipped', 'now'),
    familyOf(templates, path),
    resources.machines.list(),
  ])
  const actor = actorOf(req)
  const edit = {
    ...{ source: typed?.source ?? template.source, note: typed?.note ?? '', machine: typed?.machine },
    release: typed?.release || family.releases.at(-1)?.name,
    ...{ releases: family.releases, isTyped: typed !== undefined && typed.source !== template.source },
    machines: machines.filter(({ inventory }) => inventory !== undefined).map(({ name }) => name),
  }
  sendPage(views, req, res, 'template', {
    ...{ title: path, family: family.name, ...templateFacts(template), diff: diffLines(diff) },
    ...{ edit, tried, problem: problem && { code: problem.code, message: problem.message } },
    ...{ mayTry: refusalOfRole(actor, 'operator') === undefined, cannot: refusalOfRole(actor, 'admin') },
  })
}

const templateFacts = ({ path, format, source, origin, versions }: TemplateAnswer) => ({
  ...{ path, format, source, versions, from: originWords(origin) },
})
