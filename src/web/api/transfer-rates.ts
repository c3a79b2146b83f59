import type { RunSample } from '../../domain/run/run.ts'

/** A sample with what moved since the one before, in bytes a second. */
export type Transfer = Omit<RunSample, 'runId'> & { donePerSecond: number; servedPerSecond: number }

/** The samples after a time with their rates. Done bytes count anew in every step, so a step's first rate is zero. */
export function withRates(samples: RunSample[], after = 0): Transfer[] {
  return samples
    .map(({ runId, ...sample }, index) => {
      const before = samples[index - 1]
      const seconds = before ? (sample.at - before.at) / 1000 : 0
      const rate = (bytes: number): number => (seconds > 0 ? Math.max(0, Math.round(bytes / seconds)) : 0)
      return {
        ...sample,
        donePerSecond: before?.step === sample.step ? rate(sample.doneBytes - before.doneBytes) : 0,
        servedPerSecond: before ? rate(sample.servedBytes - before.servedBytes) : 0,
      }
    })
    .filter(({ at }) => at > after)
}
