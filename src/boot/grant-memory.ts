import type { Clock } from '../core/clock.ts'
import type { BootDecision } from '../domain/boot.ts'

/** Remembers, for a moment, which machines hold a grant: a machine that is being written asks for thousands of chunks. */
export type GrantMemory = {
  decideForMac(mac: string): Promise<BootDecision>
  /** A run changed: what was known of it is forgotten at once. */
  forget(runId: string): void
}

/** What another node or a change of a machine may make stale, for this long at most. Milliseconds. */
const REMEMBERED_MS = 500
const MOST_MACHINES = 10_000

export function createGrantMemory(
  decide: (mac: string) => Promise<BootDecision>,
  clock: Clock,
  rememberedMs = REMEMBERED_MS,
): GrantMemory {
  const known = new Map<string, { decision: BootDecision & { kind: 'grant' }; until: number }>()
  let changes = 0
  return {
    decideForMac: async (mac) => {
      const now = clock.now()
      const kept = known.get(mac)
      if (kept && now < kept.until && kept.until - now <= rememberedMs) return kept.decision
      const before = changes
      const decision = await decide(mac)
      // A run that changed meanwhile may be this one.
      if (decision.kind !== 'grant' || changes !== before) return decision
      if (known.size >= MOST_MACHINES) known.delete(known.keys().next().value!)
      known.set(mac, { decision, until: now + rememberedMs })
      return decision
    },
    forget: (runId) => {
      changes++
      for (const [mac, { decision }] of known) if (decision.runId === runId) known.delete(mac)
    },
  }
}
