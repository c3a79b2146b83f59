import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { uuidV7 } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import type { ImageJob } from '../domain/image-job.ts'

const MOST_KEPT = 50
/** Each works on every core. */
const MOST_AT_ONCE = 2

export type JobProgress = (step: string) => (done: number, total: number) => void
export type ImageJobs = ReturnType<typeof createImageJobs>

/** Work that somebody asked for and does not wait for on the line. A restart ends it; what it had stored is collected. */
export function createImageJobs(clock: Clock, log: Log) {
  let jobs: ImageJob[] = []
  const change = (id: string, news: Partial<ImageJob>): void => {
    jobs = jobs.map((job) => (job.id === id ? { ...job, ...news } : job))
  }
  const end = (id: string, error: unknown): void => {
    const told = error instanceof AppError ? error : undefined
    if (error !== undefined) log.error({ job: id, error: String(error) }, 'work on the library failed')
    change(id, {
      ...{ endedAt: clock.now(), state: error === undefined ? 'done' : 'failed' },
      error: error === undefined ? undefined : { code: told?.code ?? 'bug', message: told?.message ?? 'a bug of ours' },
    })
  }
  return {
    /** Starts work and tells its job at once. Throws store.busy when there is enough to do. */
    start: (says: string, by: string, work: (progress: JobProgress) => Promise<void>): ImageJob => {
      const running = jobs.filter(({ state }) => state === 'running').length
      if (running >= MOST_AT_ONCE)
        throw new AppError('store.busy', `expected less than ${MOST_AT_ONCE} jobs on the library, got ${running}`)
      const id = uuidV7(clock.now())
      const job: ImageJob = {
        ...{ id, says, by, startedAt: clock.now(), endedAt: undefined, state: 'running' },
        ...{ step: 'begins', done: 0, total: 0, error: undefined },
      }
      jobs = [job, ...jobs].slice(0, MOST_KEPT)
      work((step) => (done, total) => change(id, { step, done, total })).then(
        () => end(id, undefined),
        (error: unknown) => end(id, error),
      )
      return job
    },
    /** The newest first. */
    list: (): ImageJob[] => jobs,
    /** Throws resource.not_found. */
    find: (id: string): ImageJob => {
      const job = jobs.find((one) => one.id === id)
      if (job) return job
      throw new AppError('resource.not_found', `expected a job on the library, there is none with the id ${id}`)
    },
  }
}
