import { appendFile, readFile } from 'node:fs/promises'
import { formatBytes, formatSeconds } from '../../core/quantity.ts'
import type { ProgressMeter } from '../progress-meter.ts'

const SCREEN = '/dev/tty1'
const PERIOD_MILLISECONDS = 2000
const WORDS: Record<string, string> = { readingBack: 'reading back', settling: 'growing the root file system' }

/** Where people read: the serial line or whatever the kernel's console is, and the machine's own screen. */
export type Screen = {
  say(line: string): void
  /** Tells every two seconds how far the current step is; `stop` ends that. */
  follow(meter: ProgressMeter): { stop(): void }
}

/** Opens the screen. Where the kernel's console is the screen itself, a line is said once. */
export async function openScreen(): Promise<Screen> {
  const active = (await readFile('/sys/class/tty/console/active', 'utf8').catch(() => '')).trim().split(/\s+/)
  const isScreenApart = !/^tty\d+$/.test(active.at(-1) ?? '')
  let last = Promise.resolve()
  const say = (line: string): void => {
    console.log(`slipway: ${line}`)
    // One after the other, so that lines stay whole; a machine without a screen loses nothing.
    if (isScreenApart) last = last.then(() => appendFile(SCREEN, `slipway: ${line}\r\n`)).catch(() => {})
  }
  return {
    say,
    follow: (meter) => {
      let shown = ''
      const timer = setInterval(() => {
        const line = progressLine(meter)
        if (line !== shown) say(line)
        shown = line
      }, PERIOD_MILLISECONDS)
      return { stop: () => clearInterval(timer) }
    },
  }
}

/** One line for the current step, such as `writing 41 %, 120 MiB/s, 3.2 s left`. */
export function progressLine(meter: Pick<ProgressMeter, 'report'>): string {
  const report = meter.report()
  if (!report) return 'starting'
  const { step, doneBytes, totalBytes, bytesPerSecond, etaSeconds } = report
  const says = WORDS[step] ?? step
  if (totalBytes === 0) return says
  const rate = bytesPerSecond > 0 ? `, ${formatBytes(bytesPerSecond)}/s` : ''
  const left = etaSeconds === undefined ? '' : `, ${formatSeconds(etaSeconds)} left`
  return `${says} ${Math.floor((doneBytes / totalBytes) * 100)} %${rate}${left}`
}
