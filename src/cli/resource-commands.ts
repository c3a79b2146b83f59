import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import type { ApiClient } from '../client/api-client.ts'
import { AppError } from '../core/errors.ts'
import type { Call, Command } from './command.ts'

/** Kinds of declarative resources and the API's plural of each, in the order in which they are applied. */
const PLURAL = {
  PackageSource: 'package-sources',
  Segment: 'segments',
  HardwareProfile: 'profiles',
  Machine: 'machines',
} as const
const ORDER = Object.keys(PLURAL) as (keyof typeof PLURAL)[]

const Resource = z.strictObject({ kind: z.enum(ORDER), spec: z.looseObject({ name: z.string() }) })

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
          await api.put(`/${PLURAL[kind]}/${spec.name}`, spec).catch((error: unknown) => {
            if (!(error instanceof AppError)) throw error
            const where = `${file}, ${kind} ${spec.name} (after ${done} of ${resources.length} applied)`
            throw new AppError(error.code, `${where}: ${error.message}`, error.details, error)
          })
          call.say(`${kind} ${spec.name} applied`)
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
    const result = Resource.safeParse(document.toJS({ maxAliasCount: 0 }))
    if (document.errors.length === 0 && result.success) return result.data
    const why = document.errors[0]?.message ?? (result.error ? z.prettifyError(result.error) : '')
    throw new AppError('request.invalid', `${file}, document ${index + 1}: ${why}`)
  })
  return resources.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
}
