import * as z from 'zod'
import { InstallLayer } from '../domain/install/install-settings.ts'
import { InstallValues } from '../domain/install/install-values.ts'
import { type Family, wordsKey } from './family.ts'
import { FAMILIES } from './index.ts'

type Schema = {
  description?: string
  type?: string | string[]
  anyOf?: Schema[]
  enum?: unknown[]
  items?: Schema
  properties?: Record<string, Schema>
  default?: unknown
}
type Row = [path: string, kind: string, says: string]

/** docs/template-variables.md: what templates may say, and what people may set, printed from the schemas. */
export function printTemplateVariables(): string {
  return `${[
    '# What boot templates may say',
    '',
    'Printed from the schemas; do not edit. A value stands as `{{machine.name}}`; a list is walked by `{{#each}}`, and within it',
    '`{{this}}` or the fields of its rows stand, `{{../machine.name}}` goes one out. What there is none of is empty in `{{#if}}`.',
    'A secret is written where its reference stands, and only when the machine fetches its file.',
    '',
    '## In every family of operating systems',
    '',
    'Boot scripts say none of these: see what each of them may say, at their loader.',
    '',
    ...table(['value', 'kind', 'what it is'], rowsOf(InstallValues)),
    '',
    '## Settings',
    '',
    'A segment, a hardware profile, a machine and a run may each say them under `install`; who is nearest to the machine counts.',
    'Options of a family stand under `install.families.<family>`.',
    '',
    ...table(
      ['setting', 'kind', 'what it is'],
      rowsOf(InstallLayer).filter(([path]) => !path.startsWith('families')),
    ),
    ...FAMILIES.flatMap(printFamily),
  ].join('\n')}\n`
}

const printFamily = (family: Family): string[] => [
  '',
  `## ${family.title}: \`${family.name}\``,
  '',
  `Releases: ${family.releases.map(({ name }) => `\`${name}\``).join(', ')}.`,
  `Files: ${family.files.map(({ name, template }) => `\`${name}\` of \`${template}\``).join(', ')}.`,
  `Done: ${family.done}. Not judged: ${family.unjudged.join('; ')}.`,
  ...section('option', rowsOf(family.options)),
  ...section('value', rowsOf(family.words, wordsKey(family))),
  ...printSays(family),
]

/** Which values there are when a file is asked for. */
const printSays = ({ says, ...family }: Family): string[] => {
  if (!says) return []
  const rows = Object.entries(says).map(
    ([file, words]) => `| \`${file}\` | ${words.map((word) => `\`${wordsKey(family)}.${word}\``).join(', ')} |`,
  )
  return ['', '| file | all that it may say |', '|---|---|', ...rows]
}

const section = (what: string, rows: Row[]): string[] =>
  rows.length === 0 ? [] : ['', ...table([what, 'kind', 'what it is'], rows)]

const table = (head: Row, rows: Row[]): string[] => [
  `| ${head.join(' | ')} |`,
  '|---|---|---|',
  ...rows.map(([path, kind, says]) => `| \`${path}\` | ${kind} | ${says} |`),
]

const rowsOf = (schema: z.ZodType, path = ''): Row[] =>
  walk(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Schema, path)

function walk(schema: Schema, path: string): Row[] {
  const { isNull, one } = withoutNull(schema)
  const description = schema.description ?? one.description ?? ''
  const kind = `${kindOf(one)}${isNull ? ' or none' : ''}`
  if (one.properties && !isSecret(one)) {
    const fields = Object.entries(one.properties).flatMap(([name, field]) =>
      walk(field, path === '' ? name : `${path}.${name}`),
    )
    return description === '' ? fields : [[path, kind, description], ...fields]
  }
  if (!one.items) return [[path, kind, escapeCell(description)]]
  const below = walk(one.items, `${path}[]`)
  return [[path, kind, escapeCell(description)], ...below.filter(([at, , says]) => at !== `${path}[]` || says !== '')]
}

function withoutNull(schema: Schema): { isNull: boolean; one: Schema } {
  if (Array.isArray(schema.type)) {
    const [type, ...more] = schema.type.filter((each) => each !== 'null')
    return { isNull: true, one: more.length === 0 && type !== undefined ? { ...schema, type } : schema }
  }
  const others = schema.anyOf?.filter(({ type }) => type !== 'null')
  if (!others || others.length === schema.anyOf?.length) return { isNull: false, one: schema }
  return { isNull: true, one: others.length === 1 ? { ...others[0]! } : { ...schema, anyOf: others } }
}

const isSecret = ({ properties }: Schema): boolean => properties !== undefined && 'secret' in properties

function kindOf(schema: Schema): string {
  if (isSecret(schema)) return 'secret'
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.items) return 'list'
  return [schema.type ?? 'any']
    .flat()
    .map((type) => KINDS[type] ?? type)
    .join(' or ')
}

const KINDS: Readonly<Record<string, string>> = {
  ...{ string: 'text', integer: 'number', object: 'fields', boolean: 'yes or no', any: 'any' },
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|')
