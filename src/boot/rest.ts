import { AppError } from '../core/errors.ts'
import type { Run } from '../domain/run/run.ts'
import { isUnderGrant } from '../domain/run/run-states.ts'
import type { BootSecrets } from './boot-secrets.ts'

/** A discovered machine that nobody wants for this long is switched off. Milliseconds. */
export const REST_MS = 30 * 60_000
/** Who was not switched off by then is not that machine any more. */
const OVER_MS = 2 * REST_MS

export type RestDeps<N> = {
  secrets: BootSecrets
  runs: {
    find(id: string): Promise<Run | undefined>
    findOpen(machine: string): Promise<Run | undefined>
    /** The newest run of a machine. */
    lastOf(machine: string): Promise<Run | undefined>
  }
  /** The machine was heard of, and its cards heard these. */
  noteHeard(machine: string, runId: string, neighbours: readonly N[]): Promise<void>
  clock: { now(): number }
}

/** What a machine that was discovered is told, whenever it asks with the token it got then. */
export function createRest<N>({ secrets, runs, noteHeard, clock }: RestDeps<N>) {
  return {
    token: (run: Run): string => secrets.issue({ kind: 'rest', runId: run.id, session: 0 }),
    /** Throws agent.token_refused. */
    orders: async (token: string, neighbours: readonly N[]): Promise<{ order: 'wait' | 'restart' | 'off' }> => {
      const claim = secrets.read('rest', token)
      const run = claim && (await runs.find(claim.runId))
      if (!run) throw new AppError('agent.token_refused', 'expected the token of a discovered machine, got another')
      const restedMs = clock.now() - (run.endedAt ?? clock.now())
      const wanted = await runs.findOpen(run.machine)
      const isNewest = (await runs.lastOf(run.machine))?.id === run.id
      if (restedMs > OVER_MS || (!isNewest && !wanted))
        throw new AppError('agent.token_refused', `run ${run.id} is over, and ${run.machine} does not wait by it`)
      if (wanted && wanted.id !== run.id && isUnderGrant(wanted.state)) return { order: 'restart' }
      if (isNewest) await noteHeard(run.machine, run.id, neighbours)
      return { order: restedMs > REST_MS ? 'off' : 'wait' }
    },
  }
}
