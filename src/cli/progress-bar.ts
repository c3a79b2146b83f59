import { formatBytes, formatSeconds } from '../core/quantity.ts'

const WIDTH = 28
/** A rate over less than this is noise. */
const SHORTEST_SECONDS = 0.2
const PERIOD_MILLISECONDS = 100

/** A line that shows how far a job is: bytes, rate and time left on a terminal, one line every 10 % elsewhere. */
export type ProgressBar = { update(done: number, total: number): void; end(text?: string): void }

/** A progress line on standard error; its clock starts with the first update. */
export function startProgressBar(label: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  const born = performance.now()
  let started: number | undefined
  let [shownAt, shownTenth] = [0, -1]
  const draw = (done: number, total: number): string => {
    const share = total === 0 ? 1 : done / total
    started ??= performance.now()
    const seconds = (performance.now() - started) / 1000
    const rate = seconds >= SHORTEST_SECONDS ? done / seconds : 0
    const left = rate > 0 ? `, ${formatSeconds((total - done) / rate)} left` : ''
    const full = Math.round(share * WIDTH)
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full)
    return `${label} ${bar} ${String(Math.floor(share * 100)).padStart(3)} % ${formatBytes(done)} of ${formatBytes(total)}${rate > 0 ? `, ${formatBytes(rate)}/s${left}` : ''}`
  }
  return {
    update: (done, total) => {
      const now = performance.now()
      const tenth = Math.floor((done / Math.max(total, 1)) * 10)
      if (stream.isTTY && (now - shownAt >= PERIOD_MILLISECONDS || done === total)) {
        shownAt = now
        stream.write(`\r\u001b[K${draw(done, total)}`)
      } else if (!stream.isTTY && tenth > shownTenth) {
        shownTenth = tenth
        stream.write(`${draw(done, total)}\n`)
      }
    },
    end: (text) => {
      const seconds = formatSeconds((performance.now() - (started ?? born)) / 1000)
      if (stream.isTTY) stream.write('\r\u001b[K')
      stream.write(`${text ?? label} (${seconds})\n`)
    },
  }
}

/** Runs work with a line of its progress. */
export async function progressOf<T>(
  label: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = startProgressBar(label)
  try {
    return await work(progress.update)
  } finally {
    progress.end()
  }
}
