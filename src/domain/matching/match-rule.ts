import * as z from 'zod'
import { MATCH_FIELD_NAMES, MATCH_FIELDS, type MatchValue } from './match-fields.ts'

const text = z.string().min(1).max(256)
const field = z.enum(MATCH_FIELD_NAMES)

/**
 * One thing that must hold of a machine. Text is compared without regard to large and small letters; in `like` a `*` stands
 * for any letters and a `?` for one.
 */
export const MatchRule = z
  .discriminatedUnion('is', [
    z.strictObject({ field, is: z.literal('equal'), value: z.union([text, z.number(), z.boolean()]) }),
    z.strictObject({ field, is: z.literal('notEqual'), value: z.union([text, z.number(), z.boolean()]) }),
    z.strictObject({ field, is: z.literal('like'), value: text }),
    z.strictObject({ field, is: z.literal('notLike'), value: text }),
    z.strictObject({ field, is: z.literal('oneOf'), value: z.array(text).min(1).max(256) }),
    z.strictObject({ field, is: z.literal('atLeast'), value: z.number() }),
    z.strictObject({ field, is: z.literal('atMost'), value: z.number() }),
    z.strictObject({ field, is: z.literal('known') }),
    z.strictObject({ field, is: z.literal('unknown') }),
  ])
  .superRefine((rule, context) => {
    const { type } = MATCH_FIELDS[rule.field]
    const fits = OPERATORS[rule.is].types as readonly string[]
    if (!fits.includes(type)) context.addIssue(`expected an operator for a ${type}, got ${rule.is} of ${rule.field}`)
    if (!('value' in rule) || Array.isArray(rule.value)) return
    const wanted = { text: 'string', number: 'number', flag: 'boolean' }[type]
    const got = typeof rule.value
    if (got !== wanted) context.addIssue(`expected a ${wanted} for ${rule.field}, got a ${got}`)
  })
export type MatchRule = z.infer<typeof MatchRule>

/** All of the rules must hold, or one. Of profiles that match, the one with the highest priority is chosen. */
export const MatchRules = z.strictObject({
  when: z.enum(['all', 'any']).default('all'),
  rules: z.array(MatchRule).min(1).max(64),
  priority: z.int().min(0).max(1000).default(100),
})
export type MatchRules = z.infer<typeof MatchRules>

/** A machine's values of one field as they are compared: each once, text in small letters. */
export type Comparable = ReadonlySet<MatchValue>
type Test = (values: Comparable) => boolean
type Operator = { says: string; types: readonly ('text' | 'number' | 'flag')[]; test(value: never): Test }

const ANY_TYPE = ['text', 'number', 'flag'] as const
const plain = (value: MatchValue): MatchValue => (typeof value === 'string' ? value.toLowerCase() : value)

/** The values as operators compare them: made once for a machine, since hundreds of rules may ask. */
export const comparable = (values: readonly MatchValue[]): Comparable => new Set(values.map(plain))

/** The operators: what each says between field and value, for which fields, and its test. */
export const OPERATORS = {
  equal: { says: 'is', types: ANY_TYPE, test: (value: MatchValue) => anyIs(value) },
  notEqual: { says: 'is not', types: ANY_TYPE, test: (value: MatchValue) => not(anyIs(value)) },
  like: { says: 'is like', types: ['text'], test: (value: string) => anyLike(value) },
  notLike: { says: 'is not like', types: ['text'], test: (value: string) => not(anyLike(value)) },
  oneOf: { says: 'is one of', types: ['text'], test: (value: readonly string[]) => anyOf(value) },
  atLeast: { says: 'is at least', types: ['number'], test: (value: number) => anyNumber((got) => got >= value) },
  atMost: { says: 'is at most', types: ['number'], test: (value: number) => anyNumber((got) => got <= value) },
  known: { says: 'is known', types: ANY_TYPE, test: () => (values) => values.size > 0 },
  unknown: { says: 'is not known', types: ANY_TYPE, test: () => (values) => values.size === 0 },
} as const satisfies Record<MatchRule['is'], Operator>

const not =
  (test: Test): Test =>
  (values) =>
    !test(values)

function anyIs(value: MatchValue): Test {
  const wanted = plain(value)
  return (values) => values.has(wanted)
}

function anyOf(wanted: readonly string[]): Test {
  const all = comparable(wanted)
  return (values) => some(values, (got) => all.has(got))
}

const anyNumber =
  (fits: (got: number) => boolean): Test =>
  (values) =>
    some(values, (got) => typeof got === 'number' && fits(got))

function anyLike(pattern: string): Test {
  const wanted = pattern.toLowerCase()
  // Most values of a machine's many devices differ at their start already.
  const start = /^[^*?]*/.exec(wanted)![0]
  return (values) => some(values, (got) => typeof got === 'string' && got.startsWith(start) && isLike(got, wanted))
}

function some(values: Comparable, fits: (got: MatchValue) => boolean): boolean {
  for (const got of values) if (fits(got)) return true
  return false
}

/** Compares with wildcards in time of the product of the lengths at most, whatever a machine or a person wrote. */
export function isLike(got: string, pattern: string): boolean {
  let [at, in_, star, mark] = [0, 0, -1, 0]
  while (at < got.length) {
    if (in_ < pattern.length && (pattern[in_] === '?' || (pattern[in_] !== '*' && pattern[in_] === got[at]))) {
      at += 1
      in_ += 1
    } else if (pattern[in_] === '*') {
      star = in_
      mark = at
      in_ += 1
    } else if (star >= 0) {
      in_ = star + 1
      mark += 1
      at = mark
    } else return false
  }
  while (pattern[in_] === '*') in_ += 1
  return in_ === pattern.length
}
