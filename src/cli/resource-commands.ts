import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import type { ApiClient } from '../client/api-client.ts'
import { AppError } from '../core/errors.ts'
import type { Call, Command } from './command.ts'

type Spec = Record<string, unknown>
/** A kind of declarative resource: what its specification has to say here, and how it is put through the API. */
type Kind = {
  spec: z.ZodType<Spec>
  nameOf(spec: Spec): string
  path(spec: Spec): string
  body(spec: Spec): Spec
}

const named = (plural: string): Kind => ({
  spec: z.looseObject({ name: z.string() }),
  nameOf: ({ name }) => String(name),
  path: ({ name }) => `/${plural}/${name}`,
  body: (spec) => spec,
})

/** A version is stored only of what differs from what counts now, so that applying a file again changes nothing. */
const bootTemplate: Kind = {
  spec: z.strictObject({
    family: z.string().regex(/^[a-z0-9-]+$/, 'expected the name of a family'),
    file: z.string().regex(/^[A-Za-z0-9._-]+\.hbs$/, 'expected the name of a template like ks.cfg.hbs'),
    source: z.string(),
    note: z.string().optional(),
  }),
  nameOf: ({ family, file }) => `${family}/${file}`,
  path: ({ family, file }) => `/templates/${family}/${file}`,
  body: ({ source, note }) => ({ source, ...(note === undefined ? {} : { note }), onlyIfDiffers: true }),
}

/** In the order in which they are applied. */
const KINDS = {
  PackageSource: named('package-sources'),
  BootTemplate: bootTemplate,
  Segment: named('segments'),
  HardwareProfile: named('profiles'),
  Machine: named('machines'),
} as const satisfies Record<string, Kind>
type KindName = keyof typeof KINDS
const ORDER = Object.keys(KINDS) as KindName[]

const Resource = z.strictObject({ kind: z.enum(ORDER), spec: z.record(z.string(), z.unknown()) })

/** Commands about declarative resources, through the API. */
export function resourceCommands(client: (call: Call) => Promise<ApiClient>): Command[] {
  return [
    {
      ...{
        name: 'apply',
        says: 'Make or replace the resources of a YAML file',
        words: [],
        options: { file: { says: 'the file', value: 'FILE', short: 'f' } },
      },
      run: async (call) => {
        const { file } = call.options
        if (typeof file !== 'string' || file === '')
          throw new AppError('request.invalid', 'expected --file FILE, got none')
        const resources = readResources(file, await readFile(file, 'utf8'))
        const api = await client(call)
        for (const [done, { kind, spec }] of resources.entries()) {
          const { nameOf, path, body } = KINDS[kind]
          await api.put(path(spec), body(spec)).catch((error: unknown) => {
            if (!(error instanceof AppError)) throw error
            const where = `${file}, ${kind} ${nameOf(spec)} (after ${done} of ${resources.length} applied)`
            throw new AppError(error.code, `${where}: ${error.message}`, error.details, error)
          })
          call.say(`${kind} ${nameOf(spec)} applied`)
        }
        call.print({ applied: resources.length }, `${resources.length} resources applied`)
        return 0
      },
    },
    {
      ...{
        name: 'get',
        says: 'Print resources: segments, profiles, machines, package-sources, images, runs',
        words: ['PLURAL'],
        options: {},
      },
      run: async (call) => {
        const rows = await (await client(call)).get(`/${call.words[0]}`)
        call.print(rows, JSON.stringify(rows, null, 2))
        return 0
      },
    },
  ]
}

/** Resources of a file in the order in which they can be applied. Throws request.invalid naming document and field. */
export function readResources(file: string, text: string): z.infer<typeof Resource>[] {
  const documents = parseAllDocuments(text)
  const resources = documents.map((document, index) => {
    const refuse = (why: string) => new AppError('request.invalid', `${file}, document ${index + 1}: ${why}`)
    if (document.errors[0]) throw refuse(document.errors[0].message)
    const { data, error } = Resource.safeParse(document.toJS({ maxAliasCount: 0 }))
    if (!data) throw refuse(z.prettifyError(error))
    const spec = KINDS[data.kind].spec.safeParse(data.spec)
    if (!spec.success) throw refuse(z.prettifyError(spec.error))
    return data
  })
  return resources.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
}
