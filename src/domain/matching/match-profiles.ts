import type { Inventory } from '../inventory.ts'
import { type MatchField, type MatchValue, valuesOf } from './match-fields.ts'
import { type Comparable, comparable, type MatchRule, type MatchRules, OPERATORS } from './match-rule.ts'

/** A profile as far as it matches machines. Without rules it matches none. */
export type Matchable = { name: string; match?: MatchRules | undefined }

/** One rule's part in the answer, in words: `product is like “PowerEdge*”, got PowerEdge R650`. */
export type RuleTrace = { holds: boolean; says: string }
export type ProfileTrace = { profile: string; priority: number; matches: boolean; rules: RuleTrace[] }

/** `profile` is undefined where none matches, or where several with the same priority do: a machine is never guessed. */
export type MatchAnswer = { profile: string | undefined; why: string; matching: string[] }

type Compiled = Matchable & {
  match: MatchRules
  tests: { field: MatchField; holds: (values: Comparable) => boolean }[]
}

/** Prepares profiles once for many machines. */
export function createMatcher(profiles: readonly Matchable[]) {
  const compiled = profiles.flatMap((profile): Compiled[] => {
    const { match } = profile
    return match ? [{ ...profile, match, tests: match.rules.map(compile) }] : []
  })
  return {
    match: (inventory: Inventory): MatchAnswer => {
      const values = readOnce(inventory)
      const matching = compiled.filter(({ match, tests }) =>
        match.when === 'all'
          ? tests.every(({ field, holds }) => holds(values(field).compared))
          : tests.some(({ field, holds }) => holds(values(field).compared)),
      )
      return choose(matching)
    },
    /** Why each profile matches or does not, rule by rule. */
    explain: (inventory: Inventory): ProfileTrace[] => {
      const values = readOnce(inventory)
      return compiled.map(({ name, match, tests }) => {
        const rules = tests.map(({ field, holds }, at) => ({
          holds: holds(values(field).compared),
          says: traceOf(match.rules[at]!, values(field).told),
        }))
        const matches = match.when === 'all' ? rules.every(({ holds }) => holds) : rules.some(({ holds }) => holds)
        return { profile: name, priority: match.priority, matches, rules }
      })
    },
  }
}

function choose(matching: readonly Compiled[]): MatchAnswer {
  const names = matching.map(({ name }) => name)
  if (matching.length === 0) return { profile: undefined, why: 'no profile’s rules fit', matching: names }
  const highest = Math.max(...matching.map(({ match }) => match.priority))
  const [best, ...others] = matching.filter(({ match }) => match.priority === highest)
  if (others.length === 0)
    return { profile: best!.name, why: `its rules fit, with priority ${highest}`, matching: names }
  const all = [best!, ...others].map(({ name }) => name).join(', ')
  return { profile: undefined, why: `${all} fit with the same priority ${highest}: give one a higher`, matching: names }
}

const compile = (rule: MatchRule): Compiled['tests'][number] => ({
  field: rule.field,
  holds: OPERATORS[rule.is].test(('value' in rule ? rule.value : undefined) as never),
})

type Values = { told: readonly MatchValue[]; compared: Comparable }

/** A machine's values are asked by many profiles. */
function readOnce(inventory: Inventory): (field: MatchField) => Values {
  const known = new Map<MatchField, Values>()
  return (field) => {
    const before = known.get(field)
    if (before) return before
    const told = valuesOf(field, inventory)
    const values = { told, compared: comparable(told) }
    known.set(field, values)
    return values
  }
}

function traceOf(rule: MatchRule, values: readonly MatchValue[]): string {
  const wanted = 'value' in rule ? ` “${Array.isArray(rule.value) ? rule.value.join(', ') : rule.value}”` : ''
  const got = values.length === 0 ? 'nothing' : values.join(', ')
  return `${rule.field} ${OPERATORS[rule.is].says}${wanted}, got ${got}`
}
