import { printable } from '../../core/printable.ts'
import { formatSeconds } from '../../core/quantity.ts'
import { eventLine } from './event-line.ts'
import type { Run, RunEvent } from './run.ts'
import { isEnd } from './run-states.ts'
import { runWay, type WayMark } from './run-way.ts'
import type { RunWaiting, RunWhy } from './run-why.ts'

/** Dresses a piece of text for a terminal. */
export type WhyPaint = (style: 'seen' | 'missing' | 'faint' | 'name', text: string) => string

const plain: WhyPaint = (_style, text) => text

/**
 * The way from DHCP to proof with what was seen of it, the first missing step and what would come after, then why: the
 * last evidence, what was expected and got, likely causes, remedy.
 */
export function drawWhy(run: Run, events: RunEvent[], why: RunWhy, paint: WhyPaint = plain): string {
  const missing = isEnd(run.state) ? '✗' : '…'
  const rows: Record<WayMark, (says: string, time: string) => string> = {
    seen: (says, time) => `${paint('seen', '  ✓')} ${time}  ${says}`,
    skipped: (says, time) => paint('faint', `  · ${time}  ${says} (not needed)`),
    missing: (says, time) => paint('missing', `  ${missing} ${time}  ${says}`),
    ahead: (says, time) => paint('faint', `    ${time}  ${says}`),
  }
  const time = (at: number | undefined): string =>
    (at === undefined ? '' : `${((at - run.createdAt) / 1000).toFixed(1)} s`).padStart(9)
  const way = runWay(run.kind, events).map(({ says, mark, at }) => rows[mark](says, time(at)))
  return [...way, '', ...reasons(run, why, paint)].join('\n')
}

function reasons(run: Run, why: RunWhy, paint: WhyPaint): string[] {
  const line = (name: string, text: string): string => `  ${paint('name', name.padEnd(14))} ${printable(text)}`
  const last = why.lastEvidence
  return [
    line('rule', `${why.rule}${run.cause ? ` (${run.cause.code})` : ''}`),
    line('last evidence', last ? eventLine(run, last).trimStart() : 'none'),
    line('missing step', why.missingStep),
    line(why.waiting ? 'so far' : 'told', why.message),
    ...(why.waiting ? [line('waiting', waitingText(why.waiting))] : []),
    ...why.likelyCauses.map((cause, index) => line(index === 0 ? 'likely causes' : '', cause)),
    line('remedy', why.remedy),
  ]
}

function waitingText({ seconds, usualSeconds, deadlineSeconds }: RunWaiting): string {
  const compared = seconds > usualSeconds ? 'longer than usual' : 'nothing unusual yet'
  const deadline = deadlineSeconds === undefined ? '' : `, the deadline is ${formatSeconds(deadlineSeconds)}`
  return `for ${formatSeconds(seconds)}: ${compared} (${formatSeconds(usualSeconds)})${deadline}`
}
