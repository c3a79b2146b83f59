import type { Run, RunEvent } from '../../domain/run/run.ts'
import { type RUN_EVENTS, type RunEventType, sourceOf } from '../../domain/run/run-events.ts'
import { isEnd, type RunState } from '../../domain/run/run-states.ts'
import { detailsOf, saysOf } from './event-view.ts'
import { momentWords, stateWords } from './words.ts'

type Source = (typeof RUN_EVENTS)[RunEventType]['source']

/** The lanes from top to bottom: who saw it. */
const LANES: readonly Source[] = ['dhcp', 'tftp', 'http', 'agent', 'server', 'machine', 'timer', 'person']

/** Heights and distances in pixels; all places along the time are percent of the width. */
const BAR_HEIGHT = 24
const LANES_TOP = 32
const ROW_HEIGHT = 11
const LANE_PADDING = 11
const MOST_ROWS = 4
/** Two marks nearer than this, in percent of the width, stand below each other. */
const MARK_PERCENT = 0.95
/** A bar's name is drawn where the bar has this many percent a letter. */
const LETTER_PERCENT = 0.72

const BAD = new Set<RunEventType>([
  ...([
    'loaderAborted',
    'diskRefused',
    'answersRefused',
    'chunkRetried',
    'readBackDiffered',
    'captureDiffered',
    'holdAnswered',
    'checkFailed',
  ] as const),
  ...([
    'answersBroken',
    'answersWithheld',
    'packageMissing',
    'installerFault',
    'installerFailed',
    'installerSilent',
  ] as const),
  ...(['agentFailed', 'agentSilent', 'identityConflict', 'loopBroken', 'imageRefused', 'frozen', 'timedOut'] as const),
])

/** One bar a state that the run was in. */
export type StateBar = { state: RunState; milliseconds: number; from: number; until: number }

/** The states of a run in order, to `now` or its end. */
export function stateBars(run: Run, events: RunEvent[], now: number): StateBar[] {
  const steps = [
    { state: 'queued' as RunState, at: run.createdAt },
    ...events.flatMap((event) => (event.to ? [{ state: event.to, at: event.at }] : [])),
  ]
  const end = run.endedAt ?? Math.max(now, events.at(-1)?.at ?? 0)
  return steps
    .map(({ state, at }, index) => ({ state, from: at, until: steps[index + 1]?.at ?? end }))
    .map((bar) => ({ ...bar, milliseconds: bar.until - bar.from }))
    .filter(({ state }) => !isEnd(state))
}

/** The drawing of a run's history to scale: bars of states, and every event as a mark at its time in its source's lane. */
export function timelineView(run: Run, events: RunEvent[], now: number) {
  const bars = stateBars(run, events, now)
  const end = Math.max(run.endedAt ?? now, events.at(-1)?.at ?? 0)
  const total = Math.max(1, end - run.createdAt)
  const place = (at: number): number => Math.min(100, Math.max(0, ((at - run.createdAt) / total) * 100))
  let top = LANES_TOP
  const lanes = LANES.map((source) => {
    const own = events.filter((event) => sourceOf(event) === source)
    const rows = rowsOf(own.map(({ at }) => place(at)))
    const height = LANE_PADDING + Math.max(1, ...rows.map((row) => row + 1)) * ROW_HEIGHT
    const lane = {
      ...{ source, count: own.length, top, height },
      marks: own.map((event, index) => ({
        ...markOf(run, event),
        x: percent(place(event.at)),
        y: top + (LANE_PADDING + ROW_HEIGHT) / 2 + rows[index]! * ROW_HEIGHT,
        first: event === events[0],
      })),
    }
    top += height
    return lane
  })
  return {
    lanes,
    height: top,
    barHeight: BAR_HEIGHT,
    bottom: top + 18,
    bars: bars.map((bar) => {
      const width = place(bar.until) - place(bar.from)
      const named = width >= stateWords(bar.state).length * LETTER_PERCENT
      return { ...bar, x: percent(place(bar.from)), width: percent(Math.max(0.15, width)), named }
    }),
    changes: bars.slice(1).map(({ from }) => percent(place(from))),
    ticks: ticksOf(total),
  }
}

const percent = (value: number): string => `${value.toFixed(3)}%`

/** The row of each mark inside its lane: the first where it does not cover another, or the emptiest. */
function rowsOf(places: number[]): number[] {
  const last: number[] = new Array(MOST_ROWS).fill(Number.NEGATIVE_INFINITY)
  return places.map((x) => {
    const free = last.findIndex((before) => x - before >= MARK_PERCENT)
    const row = free >= 0 ? free : last.indexOf(Math.min(...last))
    last[row] = x
    return row
  })
}

function markOf(run: Run, event: RunEvent) {
  const source = sourceOf(event)
  const says = saysOf(event)
  const details = detailsOf(event.detail)
    .slice(0, 6)
    .map(({ name, value }) => `${name} ${value}`)
    .join(' · ')
  const kind = BAD.has(event.type) ? 'bad' : event.to ? 'change' : 'evidence'
  const after = momentWords(event.at - run.createdAt)
  return { seq: event.seq, r: kind === 'evidence' ? 4 : 5, source, says, to: event.to, details, kind, after }
}

const STEPS_SECONDS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400]

/** Six marks of time or so over the whole; those between, `fine`, are for the widened drawing. */
function ticksOf(total: number) {
  const step = STEPS_SECONDS.find((seconds) => total / 1000 / seconds <= 7) ?? 604_800
  const fine = STEPS_SECONDS.find((seconds) => total / 1000 / seconds <= 35) ?? step
  return Array.from({ length: Math.floor(total / 1000 / fine) + 1 }, (_none, index) => index * fine)
    .filter((seconds) => (seconds * 1000) / total < 0.985)
    .map((seconds) => ({
      x: percent((seconds * 100_000) / total),
      label: tickWords(seconds, fine),
      fine: Math.abs(seconds / step - Math.round(seconds / step)) > 1e-6,
    }))
}

function tickWords(seconds: number, step: number): string {
  if (seconds < 60) return `${step < 1 ? seconds.toFixed(1) : seconds} s`
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.round(seconds % 60)]
  const two = (value: number): string => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}
