import type { Inventory } from '../../../src/domain/inventory.ts'
import { valuesOf } from '../../../src/domain/matching/match-fields.ts'
import { createMatcher, type Matchable } from '../../../src/domain/matching/match-profiles.ts'
import { comparable, OPERATORS } from '../../../src/domain/matching/match-rule.ts'
import { manyMachines, manyProfiles } from './crowd.ts'

const [MACHINES, PROFILES, ROUNDS] = [5000, 200, 9]
const median = (all: number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1]!
const timed = (work: () => unknown): number => {
  const started = performance.now()
  work()
  return performance.now() - started
}

/** What anybody would write first: every rule of every profile, from the inventory, for every machine. */
function naive(profiles: readonly Matchable[], inventory: Inventory): string | undefined {
  const matching = profiles.filter(({ match }) =>
    match!.rules.every((rule) =>
      OPERATORS[rule.is].test(('value' in rule ? rule.value : undefined) as never)(
        comparable(valuesOf(rule.field, inventory)),
      ),
    ),
  )
  const best = Math.max(...matching.map(({ match }) => match!.priority))
  const [first, ...others] = matching.filter(({ match }) => match!.priority === best)
  return others.length === 0 ? first?.name : undefined
}

const machines = manyMachines(MACHINES)
const profiles = manyProfiles(PROFILES)
const ours = () => {
  const matcher = createMatcher(profiles)
  return machines.map((machine) => matcher.match(machine).profile)
}
const plain = () => machines.map((machine) => naive(profiles, machine))

const [one, other] = [ours(), plain()]
const differing = one.filter((profile, at) => profile !== other[at]).length
if (differing > 0) throw new Error(`expected the same answers of both, got ${differing} that differ`)

// One after the other, so that what else runs on the machine slows both.
const rounds = Array.from({ length: ROUNDS }, () => ({ ours: timed(ours), naive: timed(plain) }))
const [mine, theirs] = [median(rounds.map((round) => round.ours)), median(rounds.map((round) => round.naive))]
const matched = one.filter((profile) => profile !== undefined).length
console.log(`${MACHINES} machines, ${PROFILES} profiles, ${matched} machines matched; median of ${ROUNDS} rounds`)
console.log(`matcher ${mine.toFixed(1)} ms; naive ${theirs.toFixed(1)} ms; ${(theirs / mine).toFixed(2)} times as fast`)
if (mine > 1000) process.exitCode = 1
