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

type Test = { field: MatchField; holds(values: Comparable): boolean }
/** `tests` are numbers of rules, the cheap ones first; `said` the same in the order of the profile. */
type Compiled = Matchable & { match: MatchRules; tests: number[]; said: number[] }

/** Prepares profiles once for many machines: a rule that several profiles have is tried once for a machine. */
export function createMatcher(profiles: readonly Matchable[]) {
  const { tests, numberOf } = distinctTests()
  const compiled = profiles.flatMap((profile): Compiled[] => {
    const { match } = profile
    if (!match) return []
    const cheapFirst = [...match.rules].sort((a, b) => Number(DEAR.has(a.is)) - Number(DEAR.has(b.is)))
    return [{ ...profile, match, tests: cheapFirst.map(numberOf), said: match.rules.map(numberOf) }]
  })
  return {
    match: (inventory: Inventory): MatchAnswer => {
      const holds = holdsOf(tests, readOnce(inventory))
      const matching = compiled.filter((one) =>
        one.match.when === 'all' ? one.tests.every(holds) : one.tests.some(holds),
      )
      return choose(matching)
    },
    /** Why each profile matches or does not, rule by rule. */
    explain: (inventory: Inventory): ProfileTrace[] => {
      const values = readOnce(inventory)
      const holds = holdsOf(tests, values)
      return compiled.map(({ name, match, said }) => {
        const rules = said.map((number, at) => ({
          holds: holds(number),
          says: traceOf(match.rules[at]!, values(tests[number]!.field).told),
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

const DEAR: ReadonlySet<MatchRule['is']> = new Set(['like', 'notLike'])

/** Rules by number; the same rule in another profile has the same one. */
function distinctTests() {
  const tests: Test[] = []
  const numbers = new Map<string, number>()
  const numberOf = (rule: MatchRule): number => {
    const key = JSON.stringify([rule.field, rule.is, 'value' in rule ? rule.value : null])
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, tests.length)
    return tests.push(compile(rule)) - 1
  }
  return { tests, numberOf }
}

/** What a rule said of texts before: a site has few models in many machines. */
const MOST_REMEMBERED = 1000

function compile(rule: MatchRule): Test {
  const test = OPERATORS[rule.is].test(('value' in rule ? rule.value : undefined) as never)
  if (!DEAR.has(rule.is)) return { field: rule.field, holds: test }
  const remembered = new Map<MatchValue, boolean>()
  const holds = (values: Comparable): boolean => {
    const [only] = values
    if (only === undefined || values.size > 1) return test(values)
    const before = remembered.get(only)
    if (before !== undefined) return before
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    const answer = test(values)
    remembered.set(only, answer)
    return answer
  }
  return { field: rule.field, holds }
}

const [HOLDS, FAILS] = [1, 2]

/** Tries each rule once at the most for one machine. */
function holdsOf(tests: readonly Test[], values: (field: MatchField) => Values) {
  const known = new Uint8Array(tests.length)
  return (number: number): boolean => {
    if (known[number] === 0) {
      const { field, holds } = tests[number]!
      known[number] = holds(values(field).compared) ? HOLDS : FAILS
    }
    return known[number] === HOLDS
  }
}

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

/** A machine may have hundreds of disks and devices. */
const MOST_TOLD = 10

function traceOf(rule: MatchRule, values: readonly MatchValue[]): string {
  const wanted = 'value' in rule ? ` “${Array.isArray(rule.value) ? rule.value.join(', ') : rule.value}”` : ''
  const more = values.length > MOST_TOLD ? ` and ${values.length - MOST_TOLD} more` : ''
  const got = values.length === 0 ? 'nothing' : `${values.slice(0, MOST_TOLD).join(', ')}${more}`
  return `${rule.field} ${OPERATORS[rule.is].says}${wanted}, got ${got}`
}
