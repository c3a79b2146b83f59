import type { Clock } from '../core/clock.ts'
import type { BootClient } from '../domain/boot.ts'
import type { Conflict } from '../domain/conflict.ts'
import type { Run } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import { type Contradiction, type IdentityDeps, identify, type RegisteredMachine } from './identity.ts'

export type ImpostorWatchDeps = {
  machines: IdentityDeps<RegisteredMachine>
  /** Counts a contradiction; tells when it was last seen before. */
  conflicts: { note(seen: Contradiction, at: number): Promise<Conflict['lastAt'] | undefined> }
  runs: { findOpen(machine: string): Promise<Run | undefined> }
  record(runId: string, type: RunEventType, detail: Record<string, unknown>): Promise<void>
  clock: Clock
}

/** Somebody who makes up identities must not fill a run's history. */
const MOST_TOLD_TO_A_RUN = 20

/**
 * Why a machine that asks for an address must not get the one of the machine it claims to be; undefined for everyone
 * else. Every contradiction is counted, and told once to each open run of the machines concerned.
 */
export type WhyImpostor = (client: BootClient) => Promise<string | undefined>

export function createImpostorWatch({ machines, conflicts, runs, record, clock }: ImpostorWatchDeps): WhyImpostor {
  const toldTo = new Map<string, number>()
  const tell = async (seen: Contradiction): Promise<void> => {
    const before = await conflicts.note(seen, clock.now())
    const run = await runs.findOpen(seen.machine)
    if (!run || (before !== undefined && before >= run.createdAt)) return
    const times = (toldTo.get(run.id) ?? 0) + 1
    if (times > MOST_TOLD_TO_A_RUN) return
    toldTo.set(run.id, times)
    await record(run.id, 'identityConflict', { claims: seen.claims, other: seen.other, why: seen.says })
  }
  return async (client) => {
    const { contradictions } = await identify(client, machines)
    for (const seen of contradictions) await tell(seen)
    return contradictions.find(({ claims }) => claims === 'mac')?.says
  }
}
