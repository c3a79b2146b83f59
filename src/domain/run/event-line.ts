import { printable } from '../../core/printable.ts'
import type { Run, RunEvent } from './run.ts'
import { RUN_EVENTS } from './run-events.ts'

const MOST_FACTS = 4
/** Said by the event's own words already. */
const UNTOLD = new Set(['says', 'outcome', 'messageType', 'answer', 'code'])
const MOST_CHARACTERS = 96

/**
 * One line of history for a terminal: seconds since the start, what happened, the new state, the first facts. Facts are
 * what machines said, and stay on this line whatever they hold.
 */
export function eventLine(run: Pick<Run, 'createdAt'>, event: RunEvent): string {
  const seconds = ((event.at - run.createdAt) / 1000).toFixed(1).padStart(8)
  const facts = Object.entries(event.detail)
    .filter(([key]) => !UNTOLD.has(key))
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .slice(0, MOST_FACTS)
    .map(([key, value]) => printable(`${key} ${short(value)}`))
  const state = event.to ? ` → ${event.to}` : ''
  return `${seconds} s  ${RUN_EVENTS[event.type].says}${state}${facts.length > 0 ? `  (${facts.join(', ')})` : ''}`
}

function short(value: unknown): string {
  const text = typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(1) : String(value)
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text
}
