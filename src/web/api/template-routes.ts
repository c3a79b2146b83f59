import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { InstallLayer } from '../../domain/install/install-settings.ts'
import { SETTING_SOURCES } from '../../domain/install/layer-settings.ts'
import { MadeUpMachine } from '../../domain/install/made-up-machine.ts'
import { roleIncludes } from '../../domain/role.ts'
import type { Actor } from '../authentication.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

const name = z.string().min(1).max(63)
const text = z.string().max(262_144)
const Origin = z.union([
  z.object({ kind: z.enum(['shipped', 'overlay', 'unsaved']) }),
  z.object({ kind: z.literal('version'), version: z.int() }),
])
const Finding = z.object({
  ...{ file: z.string(), line: z.int().describe('from 1'), message: z.string() },
  severity: z.enum(['error', 'warning']).describe('an error is what the installer would refuse or ignore'),
})
const unjudged = z.array(z.string()).describe('what the judge can not know')

/** What is to be rendered: for a machine that is registered, or one that is made up; `sources` are templates not yet stored. */
export const RenderWish = z.strictObject({
  family: name,
  release: name.optional(),
  machine: name.optional(),
  madeUp: MadeUpMachine.optional(),
  profile: name.optional(),
  segment: name.optional(),
  settings: InstallLayer.optional(),
  sources: z.record(z.string().max(128), text).optional(),
})
export type RenderWish = z.infer<typeof RenderWish>

const RenderAnswer = z.object({
  ...{ family: z.string(), release: z.string(), machine: z.string(), profile: z.string() },
  files: z.array(
    z.object({ name: z.string(), mediaType: z.string(), template: z.string(), origin: Origin, text: z.string() }),
  ),
  findings: z.array(Finding),
  unjudged,
  from: z
    .record(z.string(), z.enum(SETTING_SOURCES))
    .describe('who said each setting; what nobody said is the default'),
  kernelArguments: z.array(z.string()),
  lastGiven: z
    .object({ runId: z.string(), at: z.int(), files: z.array(z.object({ name: z.string(), diff: z.string() })) })
    .optional()
    .describe('how this differs from what the machine was given last'),
})
export type RenderAnswer = z.infer<typeof RenderAnswer>

const LintWish = z.strictObject({
  ...{ family: name, release: name.optional() },
  files: z
    .array(z.strictObject({ name: z.string().min(1).max(128), text }))
    .min(1)
    .max(16),
})
const LintAnswer = z.object({ release: z.string(), findings: z.array(Finding), unjudged })

const FamilyAnswer = z.object({
  ...{ name: z.string(), title: z.string(), done: z.string().describe('how its end is seen') },
  proof: z.enum(['booted', 'begun', 'judged', 'filesOnly']).describe('how far what is rendered was tried'),
  installs: z.boolean().describe('runs of kind install can be started by it'),
  releases: z.array(z.object({ name: z.string(), title: z.string() })),
  files: z.array(z.object({ name: z.string(), template: z.string(), format: z.string(), origin: Origin })),
  unjudged,
})
export type FamilyAnswer = z.infer<typeof FamilyAnswer>

const TemplateAnswer = z.object({
  ...{ path: z.string(), format: z.string(), source: z.string(), origin: Origin },
  versions: z.array(
    z.object({ version: z.int(), at: z.int(), by: z.string(), isShipped: z.boolean().describe('as shipped again') }),
  ),
})
export type TemplateAnswer = z.infer<typeof TemplateAnswer>

const UsedAnswer = z.object({
  ...{ runId: z.string(), file: z.string(), machine: z.string(), family: z.string(), release: z.string() },
  ...{ text: z.string().describe('secrets are left out'), at: z.int() },
})

const Saved = z.object({
  version: z.int().nullable().describe('none where the template folder’s or the program’s counts'),
  isNew: z.boolean(),
})
/** What is said of a version beside its source: it stands in the audit. */
const TemplateNote = z
  .string()
  .max(256)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'expected one line')
export const SaveWish = z.strictObject({
  source: text,
  note: TemplateNote.optional().describe('what was changed and why, for the audit'),
  onlyIfDiffers: z.boolean().default(false).describe('store no version of what counts already'),
})

/** What the endpoints and pages of boot templates need. */
export type TemplateDoor = {
  families(): Promise<FamilyAnswer[]>
  show(path: string): Promise<TemplateAnswer>
  save(path: string, source: string, by: string, how?: { onlyIfDiffers?: boolean }): Promise<z.infer<typeof Saved>>
  restore(path: string, which: string, by: string): Promise<number>
  diff(path: string, from: string, to: string): Promise<string>
  render(wish: RenderWish): Promise<RenderAnswer>
  /** What a run gave its machine. */
  given(runId: string): Promise<z.infer<typeof UsedAnswer>[]>
  lint(wish: z.infer<typeof LintWish>): Promise<z.infer<typeof LintAnswer>>
}
export type TemplateRoutesDeps = {
  templates: TemplateDoor
  audit(actor: Actor, action: string, target: string, detail: Record<string, unknown>): Promise<void>
}

/** Saves a template for a person who may, and notes it in the audit if it made a version. */
export type TemplateSaving = (
  path: string,
  wish: z.infer<typeof SaveWish>,
  actor: Actor,
) => Promise<z.infer<typeof Saved>>

/** What the endpoint of saving and the console's editor both do. */
export const templateSaving =
  ({ templates, audit }: TemplateRoutesDeps): TemplateSaving =>
  async (path, { source, note, onlyIfDiffers }, actor) => {
    const saved = await templates.save(path, source, actor.name, { onlyIfDiffers })
    const said = { version: saved.version, ...(note ? { note } : {}) }
    if (saved.isNew) await audit(actor, 'templates.save', path, said)
    return saved
  }

const ByPath = z.object({ family: name, file: z.string().min(1).max(63) })
const which = z.string().max(16).describe('now, shipped, or the number of a version')
const Version = z.object({ version: z.int() })

/** Families of operating systems and their boot templates. */
export function templateRoutes({ templates, audit }: TemplateRoutesDeps): Endpoint[] {
  const pathOf = ({ family, file }: z.infer<typeof ByPath>): string => `${family}/${file}`
  const save = templateSaving({ templates, audit })
  const one = { path: '/templates/{family}/{file}', params: ByPath } as const
  return [
    ...judgingRoutes(templates),
    endpoint({
      ...{ ...one, method: 'get', says: 'A boot template and its versions', role: 'viewer', answer: TemplateAnswer },
      handle: ({ params }) => templates.show(pathOf(params)),
    }),
    endpoint({
      ...{ ...one, method: 'put', says: 'Store a new version of a boot template', role: 'admin' },
      ...{ body: SaveWish, answer: Saved },
      handle: ({ params, body, actor }) => save(pathOf(params), body, actor),
    }),
    endpoint({
      ...{ method: 'post', path: '/templates/{family}/{file}/restore', role: 'admin', params: ByPath },
      ...{
        says: 'Make what a boot template was its newest version',
        body: z.strictObject({ to: which }),
        answer: Version,
      },
      handle: async ({ params, body, actor }) => {
        const version = await templates.restore(pathOf(params), body.to, actor.name)
        await audit(actor, 'templates.restore', pathOf(params), { version, to: body.to })
        return { version }
      },
    }),
    endpoint({
      ...{
        method: 'get',
        path: '/templates/{family}/{file}/diff',
        says: 'What differs between two versions',
        role: 'viewer',
      },
      params: ByPath.extend({ from: which.default('shipped'), to: which.default('now') }),
      answer: z.object({ diff: z.string().describe('unified; empty where both are the same') }),
      handle: async ({ params }) => ({ diff: await templates.diff(pathOf(params), params.from, params.to) }),
    }),
  ]
}

const judgingRoutes = (templates: TemplateDoor): Endpoint[] => [
  endpoint({
    ...{ method: 'get', path: '/families', says: 'Families of operating systems', role: 'viewer' },
    answer: z.array(FamilyAnswer),
    handle: () => templates.families(),
  }),
  endpoint({
    ...{
      method: 'post',
      path: '/templates/render',
      says: 'What a machine would be given, without secrets, and judged',
    },
    ...{ role: 'viewer', body: RenderWish, answer: RenderAnswer },
    handle: ({ body, actor }) => {
      if (body.sources && !roleIncludes(actor.role, 'operator'))
        throw new AppError('request.forbidden', 'expected the role operator for templates that are not stored')
      return templates.render(body)
    },
  }),
  endpoint({
    ...{
      method: 'get',
      path: '/runs/{id}/answers',
      says: 'What a run gave its machine, without secrets',
      role: 'viewer',
    },
    ...{ params: z.object({ id: z.string().max(64) }), answer: z.array(UsedAnswer) },
    handle: ({ params }) => templates.given(params.id),
  }),
  endpoint({
    ...{ method: 'post', path: '/templates/lint', says: 'Judge answer files, ours or not', role: 'viewer' },
    ...{ body: LintWish, answer: LintAnswer },
    handle: ({ body }) => templates.lint(body),
  }),
]
