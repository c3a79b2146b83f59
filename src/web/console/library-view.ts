import type { ImageJob } from '../../domain/image-job.ts'

type Share = { stored: number; exclusive: number; shared: number }
export type SpaceFacts = { bytes: number; blobs: number; images: (Share & { name: string })[] }

/** Bars of who takes how much of the library, the largest first. Widths in percent of the largest. */
export function spaceView({ bytes, blobs, images }: SpaceFacts) {
  const largest = Math.max(1, ...images.map(({ stored }) => stored))
  const percent = (part: number): string => `${((part / largest) * 100).toFixed(2)}%`
  const rows = [...images].sort((one, other) => other.stored - one.stored)
  return {
    ...{ bytes, blobs },
    images: rows.map((row) => ({ ...row, ownWidth: percent(row.exclusive), sharedWidth: percent(row.shared) })),
  }
}

/** Jobs with how far each is. */
export const jobsView = (jobs: readonly ImageJob[], now: number) =>
  jobs.slice(0, 10).map((job) => ({
    ...job,
    isRunning: job.state === 'running',
    percent: job.total > 0 ? Math.floor((job.done / job.total) * 100) : 0,
    elapsed: (job.endedAt ?? now) - job.startedAt,
  }))
