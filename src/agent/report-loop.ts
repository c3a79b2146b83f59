import * as z from 'zod'
import { hasCode } from '../core/errors.ts'
import { AGENT_PATHS, ProgressAnswer } from '../protocol/agent-door.ts'
import type { Door } from './door.ts'
import type { ProgressMeter } from './progress-meter.ts'

const PERIOD_MILLISECONDS = 500
const LINES_A_CALL = 200
/** Every repeated fetch is in the log; the run's history takes the first ones and then one in fifty. */
const TOLD_RETRIES = 10
const TELL_EVERY = 50
const UNAUTHENTICATED = 401

/** Sends progress and log lines twice a second; `stopped` resolves when the appliance says that the run is over. */
export type ReportLoop = {
  log(line: string): void
  /** A chunk that had to be fetched again, for the nth time in this session. */
  retried(why: string, retries: number): void
  stopped: Promise<void>
  end(): Promise<void>
}

/** Starts reporting over `door`. What can not be sent now is sent with the next call; `end` sends the rest. */
export function startReportLoop(door: Door, meter: ProgressMeter): ReportLoop {
  const lines: string[] = []
  let [ended, halt] = [false, () => {}]
  const stopped = new Promise<void>((resolve) => {
    halt = resolve
  })
  // Progress first: it is what keeps the run from counting as silent.
  const flush = async (): Promise<void> => {
    const report = meter.report()
    if (report !== undefined && !(await door.call(AGENT_PATHS.progress, report, ProgressAnswer)).proceed) halt()
    while (lines.length > 0) {
      const batch = lines.slice(0, LINES_A_CALL)
      await door.call(AGENT_PATHS.log, { lines: batch }, z.unknown())
      lines.splice(0, batch.length)
    }
  }
  const loop = (async () => {
    while (!ended) {
      await flush().catch((error: unknown) => {
        console.log(`slipway: report not sent: ${error}`)
        // The session is over: another boot of this machine has begun, or the run has ended.
        if (hasCode(error, 'agent.token_refused') && error.details.status === UNAUTHENTICATED) halt()
      })
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MILLISECONDS))
    }
  })()
  const log = (line: string): void => {
    console.log(`slipway: ${line}`)
    lines.push(line.slice(0, 2000))
  }
  return {
    log,
    retried: (why, retries) => {
      log(`again: ${why}`)
      if (retries > TOLD_RETRIES && retries % TELL_EVERY !== 0) return
      const report = { why: why.slice(0, 500), retries }
      door.call(AGENT_PATHS.retried, report, z.unknown()).catch(() => {})
    },
    stopped,
    end: async () => {
      ended = true
      await loop
      await flush().catch(() => {})
    },
  }
}
