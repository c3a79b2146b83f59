import { parseDocument } from 'yaml'
import * as z from 'zod'
import { HardwareProfile } from '../../domain/hardware-profile.ts'
import { MATCH_FIELDS, type MatchField } from '../../domain/matching/match-fields.ts'
import { type MatchRule, MatchRules } from '../../domain/matching/match-rule.ts'

/** One row of the form as people typed it. */
export type TypedRule = { field: string; is: string; value: string }
/** What is wrong, by the id of the field of the form that it belongs to. */
export type FormProblem = { at: string; says: string }

const text = z.string().max(20_000).default('')
const several = z.union([z.string(), z.array(z.string())]).transform((one) => (Array.isArray(one) ? one : [one]))
const Typed = z.object({
  ...{ name: text, description: text, when: text, priority: text, rule_field: several.default([]) },
  ...{ rule_is: several.default([]), rule_value: several.default([]), disk_by: text, disk_value: text },
  ...{ kernelArguments: text, ramdisk: text, consoles: text, deadlineFactor: text, localBoot: text, more: text },
})
type Typed = z.infer<typeof Typed>

const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
  ...{ kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
}
const FLAGS: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false }

/** A profile out of the form's fields, as far as it is one, and everything that is wrong with it. */
export function readProfileForm(body: unknown): { spec: HardwareProfile | undefined; problems: FormProblem[] } {
  const typed = Typed.parse(body ?? {})
  const more = readMore(typed.more)
  const all = typedRules(typed)
  // The one row that a new form shows is no wish; among others an empty one is a mistake.
  const rules = all.length === 1 && isEmpty(all[0]!) ? [] : all
  const raw = {
    ...more.value,
    name: typed.name.trim(),
    ...present('description', typed.description.trim()),
    ...(rules.length > 0
      ? { match: { when: typed.when, priority: numberOf(typed.priority), rules: rules.map(ruleOf) } }
      : {}),
    installDisk: diskRule(typed),
    ramdisk: typed.ramdisk,
    localBoot: typed.localBoot,
    kernelArguments: wordsOf(typed.kernelArguments),
    ...(wordsOf(typed.consoles).length > 0 ? { consoles: wordsOf(typed.consoles) } : {}),
    deadlineFactor: numberOf(typed.deadlineFactor),
  }
  const parsed = HardwareProfile.safeParse(raw)
  const problems = [...more.problems, ...(parsed.error?.issues ?? []).map(problemOf)]
  return { spec: problems.length === 0 ? parsed.data : undefined, problems }
}

/** The rules alone, so that a preview is there before the rest of the profile is. */
export function readMatchForm(body: unknown): { name: string; match: MatchRules | undefined; problems: FormProblem[] } {
  const typed = Typed.parse(body ?? {})
  // A row whose value nobody typed yet is no rule yet.
  const rules = typedRules(typed)
    .map((rule, at) => ({ ...rule, at }))
    .filter((rule) => !isEmpty(rule))
  const name = typed.name.trim()
  if (rules.length === 0) return { name, match: undefined, problems: [] }
  const priority = numberOf(typed.priority)
  const parsed = MatchRules.safeParse({ when: typed.when, priority, rules: rules.map(ruleOf) })
  const problems = (parsed.error?.issues ?? []).map(({ path: [first = '', index, ...rest], message }) => {
    const row = first === 'rules' && typeof index === 'number' ? [rules[index]!.at] : []
    return problemOf({ path: ['match', first, ...row, ...rest], message })
  })
  return { name, match: parsed.data, problems }
}

/** Rows of the form for a profile; an empty one where it has no rules. */
export const formRules = (match: MatchRules | undefined): TypedRule[] =>
  match?.rules.map((rule) => ({
    ...{ field: rule.field, is: rule.is },
    value: ruleValue(rule),
  })) ?? [{ field: 'vendor', is: 'equal', value: '' }]

/** A rule's value as people would type it; sizes with their unit. */
export function ruleValue(rule: MatchRule): string {
  if (!('value' in rule)) return ''
  if (Array.isArray(rule.value)) return rule.value.join(' | ')
  return typeof rule.value === 'number' && rule.field.endsWith('Bytes') ? sizeWords(rule.value) : String(rule.value)
}

/** Bytes by the largest unit of which they are a whole number, so that nothing is lost when they are read again. */
export function sizeWords(bytes: number): string {
  const units = ['TiB', 'GiB', 'MiB', 'TB', 'GB', 'MB']
  const unit = units.find((one) => bytes > 0 && bytes % UNITS[one.toLowerCase()]! === 0)
  return unit === undefined ? String(bytes) : `${bytes / UNITS[unit.toLowerCase()]!} ${unit}`
}

const VALUELESS = new Set(['known', 'unknown'])
const isEmpty = ({ is, value }: TypedRule): boolean => !VALUELESS.has(is) && value.trim() === ''
const present = (name: string, value: string) => (value === '' ? {} : { [name]: value })
const wordsOf = (value: string): string[] => value.split(/\s+/).filter(Boolean)
/** What is no number stays what it is, and is refused by the schema. */
const numberOf = (value: string): number | string => {
  const [, digits, unit = ''] = /^\s*([\d.]+)\s*([a-z]*)\s*$/i.exec(value) ?? []
  const factor = UNITS[unit.toLowerCase()]
  return digits === undefined || factor === undefined || Number.isNaN(Number(digits)) ? value : Number(digits) * factor
}

const typedRules = ({ rule_field, rule_is, rule_value }: Typed): TypedRule[] =>
  rule_field.slice(0, 65).map((field, at) => ({ field, is: rule_is[at] ?? '', value: rule_value[at] ?? '' }))

function ruleOf({ field, is, value }: TypedRule): unknown {
  if (VALUELESS.has(is)) return { field, is }
  const typed = value.trim()
  if (is === 'oneOf')
    return {
      field,
      is,
      value: typed
        .split('|')
        .map((one) => one.trim())
        .filter(Boolean),
    }
  const type = MATCH_FIELDS[field as MatchField]?.type
  if (type === 'number') return { field, is, value: numberOf(typed) }
  return { field, is, value: type === 'flag' ? (FLAGS[typed.toLowerCase()] ?? typed) : typed }
}

/** The parameter of each install-disk rule, where it has one. */
function diskRule({ disk_by: by, disk_value }: Typed): unknown {
  const value = disk_value.trim()
  if (by === 'smallest') return { by, atLeastBytes: numberOf(value) }
  if (by === 'largest') return { by, ...(value === '' ? {} : { rotational: FLAGS[value.toLowerCase()] ?? value }) }
  return by === 'only' ? { by } : { by, [by]: value }
}

function readMore(yaml: string): { value: object; problems: FormProblem[] } {
  if (yaml.trim() === '') return { value: {}, problems: [] }
  const refuse = (says: string) => ({ value: {}, problems: [{ at: 'more', says }] })
  const document = parseDocument(yaml)
  if (document.errors[0]) return refuse(document.errors[0].message.split('\n')[0]!)
  try {
    const value: unknown = document.toJS({ maxAliasCount: 0 })
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const twice = Object.keys(value).find((key) => OWN.has(key) || key === 'match' || key === 'installDisk')
      return twice === undefined
        ? { value, problems: [] }
        : refuse(`expected ${twice} in its own field above, not here too`)
    }
    return refuse('expected fields of a profile, like storage: or network:')
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

/** Fields of the form by the first word of the path of an issue; all others stand in the YAML. */
const OWN = new Set(['name', 'description', 'ramdisk', 'localBoot', 'kernelArguments', 'consoles', 'deadlineFactor'])

function problemOf({ path, message: said }: Pick<z.core.$ZodIssue, 'path' | 'message'>): FormProblem {
  const message = said.replace(/^Invalid input: /, '').replace(', received ', ', got ')
  const [first = '', second, third] = path.map(String)
  if (first === 'match')
    return { at: second === 'rules' && third !== undefined ? `rule-${third}` : (second ?? 'when'), says: message }
  if (first === 'installDisk') return { at: 'disk_value', says: message }
  return OWN.has(first) ? { at: first, says: message } : { at: 'more', says: `${path.join('.')}: ${message}` }
}
