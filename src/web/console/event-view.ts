import * as z from 'zod'
import type { Run, RunEvent } from '../../domain/run/run.ts'
import { RUN_EVENTS, sourceOf } from '../../domain/run/run-events.ts'
import { stateColour } from './run-row.ts'
import { bytesWords, durationWords } from './words.ts'

/** Told by the event's own words already. */
const SAID = new Set(['says', 'outcome'])

/** The facts of an event as name and text; bytes in words, what is absent left out. */
export const detailsOf = (detail: Record<string, unknown>): { name: string; value: string }[] =>
  Object.entries(detail).flatMap(([name, value]) =>
    value === null || value === undefined || SAID.has(name) ? [] : [fact(name, value)],
  )

/** What an event says, with the words of the check where it is one. */
export const saysOf = ({ type, detail }: Pick<RunEvent, 'type' | 'detail'>): string =>
  typeof detail.says === 'string' && typeof detail.check === 'string'
    ? `${RUN_EVENTS[type].says}: ${detail.says}`
    : RUN_EVENTS[type].says

/** An event as a row of the history. */
export const eventRow = (run: Run, event: RunEvent) => ({
  ...event,
  ...{ source: sourceOf(event), says: saysOf(event) },
  details: detailsOf(event.detail),
  after: event.at - run.createdAt,
  colour: event.to ? stateColour(event.to) : undefined,
})

const PART = z.object({ part: z.number(), fileSystem: z.string().nullable(), usedBytes: z.number() })
const partWords = ({ part, fileSystem, usedBytes }: z.infer<typeof PART>): string =>
  `${part}: ${fileSystem ?? 'unknown'}, ${bytesWords(usedBytes)}`
const factsWords = (facts: Record<string, unknown>): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join('+') : value}`)
    .join(', ')

/** What agents tell as lists and records, in words. */
const RECORDS: Record<string, z.ZodType<string>> = {
  parts: z.array(PART).transform((parts) => parts.map(partWords).join('; ')),
  boot: z.record(z.string(), z.unknown()).transform(factsWords),
}

function fact(name: string, value: unknown): { name: string; value: string } {
  const told = RECORDS[name]?.safeParse(value)
  if (told?.success) return { name, value: told.data }
  if (name === 'milliseconds') return { name: 'took', value: durationWords(value) }
  if (typeof value === 'number' && /bytes$/i.test(name)) return { name, value: bytesWords(value) }
  return { name, value: typeof value === 'object' ? JSON.stringify(value) : String(value) }
}
