import type { Inventory } from '../inventory.ts'
import { createMatcher, type Matchable, type RuleTrace } from './match-profiles.ts'

export type PreviewMachine = { name: string; profile?: string | undefined; inventory?: Inventory | undefined }
/** Which profile a machine has or would have; `name` is undefined where it is none. */
export type PreviewChoice = { name: string | undefined; by: 'person' | 'rules' | undefined; why: string }
export type PreviewRow = {
  machine: string
  vendor: string | undefined
  product: string | undefined
  /** Whether the rules that are previewed fit it. */
  matches: boolean
  now: PreviewChoice
  would: PreviewChoice
  rules: RuleTrace[]
}
/** `known`: machines that an agent described. `losing`: those that the rules as they are stored fit, and these do not. */
export type MatchPreview = { known: number; matching: number; losing: number; rows: PreviewRow[] }

/**
 * What would be if `wished` stood beside, or instead of, the profiles that are there: first the machines that its rules
 * fit, then those that it loses, at most `most` of each. Only what is shown is compared with all profiles, so that it can
 * be asked at every key that is pressed.
 */
export function previewMatching(
  profiles: readonly Matchable[],
  wished: Matchable,
  machines: readonly PreviewMachine[],
  most: number,
): MatchPreview {
  const stored = profiles.find(({ name }) => name === wished.name)
  const [alone, before] = [createMatcher([wished]), createMatcher(stored ? [stored] : [])]
  const described = machines.flatMap(({ inventory, ...machine }) => (inventory ? [{ ...machine, inventory }] : []))
  const fits = (matcher: ReturnType<typeof createMatcher>, inventory: Inventory): boolean =>
    matcher.match(inventory).profile !== undefined
  const matching = described.filter(({ inventory }) => fits(alone, inventory))
  const losing = described.filter(({ inventory }) => fits(before, inventory) && !fits(alone, inventory))
  const now = createMatcher(profiles)
  const would = createMatcher([...profiles.filter(({ name }) => name !== wished.name), wished])
  const rowOf = ({ name, profile, inventory }: (typeof described)[number]): PreviewRow => ({
    ...{ machine: name, vendor: inventory.vendor, product: inventory.product },
    matches: fits(alone, inventory),
    now: choiceOf(profile, inventory, now),
    would: choiceOf(profile, inventory, would),
    rules: alone.explain(inventory)[0]?.rules ?? [],
  })
  return {
    ...{ known: described.length, matching: matching.length, losing: losing.length },
    rows: [...matching.slice(0, most), ...losing.slice(0, most)].map(rowOf),
  }
}

function choiceOf(
  chosen: string | undefined,
  inventory: Inventory,
  matcher: ReturnType<typeof createMatcher>,
): PreviewChoice {
  if (chosen !== undefined) return { name: chosen, by: 'person', why: 'a person chose it' }
  const { profile, why } = matcher.match(inventory)
  return { name: profile, by: profile === undefined ? undefined : 'rules', why }
}
