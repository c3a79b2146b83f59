import type { Clock } from '../core/clock.ts'
import type { ProgressReport } from '../protocol/agent-door.ts'

const WINDOW_MILLISECONDS = 5000

/** Counts bytes of the current step; the rate is that of the last five seconds. */
export type ProgressMeter = {
  begin(step: string, totalBytes: number): void
  add(bytes: number): void
  report(): ProgressReport | undefined
}

export function createProgressMeter(clock: Clock): ProgressMeter {
  let step: string | undefined
  let [doneBytes, totalBytes] = [0, 0]
  let samples: { at: number; doneBytes: number }[] = []
  return {
    begin: (name, total) => {
      step = name
      ;[doneBytes, totalBytes] = [0, total]
      samples = [{ at: clock.now(), doneBytes: 0 }]
    },
    add: (bytes) => {
      doneBytes += bytes
    },
    report: () => {
      if (step === undefined) return undefined
      const now = clock.now()
      samples = [...samples.filter((sample) => now - sample.at <= WINDOW_MILLISECONDS), { at: now, doneBytes }]
      const first = samples[0]!
      const seconds = (now - first.at) / 1000
      const bytesPerSecond = seconds > 0 ? Math.round((doneBytes - first.doneBytes) / seconds) : 0
      const left = bytesPerSecond > 0 ? { etaSeconds: Math.ceil((totalBytes - doneBytes) / bytesPerSecond) } : {}
      return { step, doneBytes, totalBytes, bytesPerSecond, ...left }
    },
  }
}
