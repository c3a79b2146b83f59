import * as z from 'zod'
import { AGENT_PATHS, ProgressAnswer } from '../protocol/agent-door.ts'
import type { Door } from './door.ts'
import type { ProgressMeter } from './progress-meter.ts'

const PERIOD_MILLISECONDS = 500
const LINES_A_CALL = 200

/** Sends progress and log lines twice a second; `stopped` resolves when the appliance says that the run is over. */
export type ReportLoop = { log(line: string): void; stopped: Promise<void>; end(): Promise<void> }

/** Starts reporting over `door`. What can not be sent now is sent with the next call; `end` sends the rest. */
export function startReportLoop(door: Door, meter: ProgressMeter): ReportLoop {
  const lines: string[] = []
  let [ended, halt] = [false, () => {}]
  const stopped = new Promise<void>((resolve) => {
    halt = resolve
  })
  const flush = async (): Promise<void> => {
    while (lines.length > 0) {
      const batch = lines.slice(0, LINES_A_CALL)
      await door.call(AGENT_PATHS.log, { lines: batch }, z.unknown())
      lines.splice(0, batch.length)
    }
    const report = meter.report()
    if (report === undefined) return
    const { proceed } = await door.call(AGENT_PATHS.progress, report, ProgressAnswer)
    if (!proceed) halt()
  }
  const loop = (async () => {
    while (!ended) {
      await flush().catch((error: unknown) => console.log(`slipway: report not sent: ${error}`))
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MILLISECONDS))
    }
  })()
  return {
    log: (line) => {
      console.log(`slipway: ${line}`)
      lines.push(line.slice(0, 2000))
    },
    stopped,
    end: async () => {
      ended = true
      await loop
      await flush().catch(() => {})
    },
  }
}
