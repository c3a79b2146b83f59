import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { RunProgress, RunSample } from '../domain/run/run.ts'

const PERIOD_MILLISECONDS = 1000
const MOST_ROWS = 2000
/** So many ended runs are remembered as a server may still have a word of: the last chunks on their way. */
const MOST_ENDED = 1000

export type RunTransfersDeps = {
  samples: {
    list(runId: string, after?: number): Promise<RunSample[]>
    save(row: RunSample, instead?: number[]): Promise<void>
    thin(runId: string): Promise<void>
  }
  clock: Clock
  log: Log
}
export type RunTransfers = ReturnType<typeof createRunTransfers>

/** What one run's transfers have come to; `row` is the newest and not stored while `unsaved`. */
type Meter = {
  row: RunSample
  unsaved: boolean
  savedAt: number
  savedStep: string
  rows: number
  period: number
  work: Promise<void>
}

/**
 * Samples the transfers of runs: what agents say they have done and what the server sent, at most a row a second and
 * a bounded number of rows a run. The last word of every step is kept. Nothing here ever throws into a server.
 */
export function createRunTransfers({ samples, clock, log }: RunTransfersDeps) {
  const meters = new Map<string, Meter>()
  const ended = new Set<string>()
  const queue = (runId: string, meter: Meter, work: () => Promise<void>): void => {
    meter.work = meter.work.then(work).catch((error: unknown) => {
      log.error({ runId, error: String(error) }, 'transfers not sampled')
    })
  }
  const meterOf = (runId: string): Meter => {
    const known = meters.get(runId)
    if (known) return known
    const meter = newMeter(runId)
    meters.set(runId, meter)
    // After a restart the counting goes on where the last row stands.
    queue(runId, meter, async () => {
      const rows = await samples.list(runId)
      const last = rows.at(-1)
      meter.rows = rows.length
      if (last) Object.assign(meter, { row: { ...last }, savedAt: last.at, savedStep: last.step })
    })
    return meter
  }
  const store = async (meter: Meter): Promise<void> => {
    if (!meter.unsaved) return
    meter.unsaved = false
    const { at, instead } = placeOf(meter)
    await samples.save({ ...meter.row, at }, instead)
    meter.savedAt = at
    meter.savedStep = meter.row.step
    meter.rows += 1 - instead.length
    if (meter.rows <= MOST_ROWS) return
    await samples.thin(meter.row.runId)
    meter.rows = Math.ceil(meter.rows / 2)
    meter.period *= 2
  }
  /** Takes the news into the newest row; the row is stored when the last one is a period old. */
  const note = (runId: string, news: (row: RunSample) => Partial<RunSample>): void => {
    if (ended.has(runId)) return
    const meter = meterOf(runId)
    const at = clock.now()
    queue(runId, meter, async () => {
      const changes = news(meter.row)
      if (changes.step !== undefined && changes.step !== meter.row.step) await store(meter)
      Object.assign(meter.row, changes, { at })
      meter.unsaved = true
      if (at - meter.savedAt >= meter.period) await store(meter)
    })
  }
  return {
    noteProgress: (runId: string, { step, doneBytes, totalBytes }: RunProgress): void =>
      note(runId, () => ({ step, doneBytes, totalBytes })),
    noteServed: (runId: string, bytes: number): void =>
      note(runId, ({ servedBytes }) => ({ servedBytes: servedBytes + bytes })),
    /** Stores the last word of an ended run and forgets its meter; what is told of it later is left out. */
    end: async (runId: string): Promise<void> => {
      ended.add(runId)
      if (ended.size > MOST_ENDED) ended.delete(ended.keys().next().value!)
      const meter = meters.get(runId)
      if (!meter) return
      queue(runId, meter, () => store(meter))
      meters.delete(runId)
      await meter.work
    },
    /** Resolves when all that was noted of a run is stored or waits for its second. */
    settled: async (runId: string): Promise<void> => meters.get(runId)?.work,
    list: (runId: string, after?: number): Promise<RunSample[]> => samples.list(runId, after),
  }
}

/** So that a second has one row: one that comes sooner takes the place of the last, or waits behind the last word of a step. */
function placeOf({ row, savedAt, savedStep, period }: Meter): { at: number; instead: number[] } {
  if (row.at - savedAt >= period) return { at: row.at, instead: [] }
  return row.step === savedStep ? { at: row.at, instead: [savedAt] } : { at: savedAt + period, instead: [] }
}

const newMeter = (runId: string): Meter => ({
  row: { runId, at: 0, step: 'writing', doneBytes: 0, totalBytes: 0, servedBytes: 0 },
  unsaved: false,
  savedAt: 0,
  savedStep: '',
  rows: 0,
  period: PERIOD_MILLISECONDS,
  work: Promise.resolve(),
})
