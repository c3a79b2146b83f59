import type { Log } from '../core/log.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { RUN_STATES, type RunEffect } from '../domain/run/run-states.ts'
import type { RecordEvent } from './run-recorder.ts'

export type RunEffectsDeps = {
  record(): RecordEvent
  runChecks(): (run: Run) => Promise<void>
  events(runId: string): Promise<RunEvent[]>
  /** Switches a machine on; resolves to its driver, undefined where it has none. */
  powerOn(machine: string): Promise<string | undefined>
  log: Log
}

/**
 * Starts what a state's row asks for. Each effect looks at the stored run first, so that repeating it after a restart
 * does only what is missing; resolves when it is done, and never rejects. The grant itself is a fact of the state (see isUnderGrant): opening it is an event.
 */
export function createRunEffects(deps: RunEffectsDeps): (run: Run) => Promise<void> {
  const effects: Record<RunEffect, (run: Run) => Promise<unknown>> = {
    openGrant: (run) => deps.record()(run.id, 'grantOpened', { machine: run.machine }),
    powerOn: async (run) => {
      const asked = (await deps.events(run.id)).some(({ type }) => type === 'powerAsked' || type === 'powerFailed')
      if (asked) return
      // A machine that can not be woken may be switched on by hand: the run waits for it all the same.
      const [type, detail] = await deps.powerOn(run.machine).then(
        (driver) => ['powerAsked', { driver }] as const,
        (error: unknown) => ['powerFailed', { why: error instanceof Error ? error.message : String(error) }] as const,
      )
      if (type === 'powerFailed' || detail.driver !== undefined) await deps.record()(run.id, type, detail)
    },
    closeGrant: async (run) => {
      const closed = (await deps.events(run.id)).some(({ type }) => type === 'grantClosed')
      if (!closed) await deps.record()(run.id, 'grantClosed', {})
    },
    runChecks: (run) => deps.runChecks()(run),
  }
  return async (run) => {
    const effect = RUN_STATES[run.state].enter
    if (!effect) return
    await effects[effect](run).catch((error: unknown) =>
      deps.log.error({ runId: run.id, effect, error: String(error) }, 'an effect failed'),
    )
  }
}
