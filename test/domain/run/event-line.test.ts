import { expect, it } from 'vitest'
import { eventLine } from '../../../src/domain/run/event-line.ts'
import type { RunEvent } from '../../../src/domain/run/run.ts'

const event = (detail: Record<string, unknown>): RunEvent => ({
  ...{ runId: 'r', seq: 1, at: 2500, type: 'agentFailed', source: 'agent', to: 'failed' },
  detail,
})

it('is time, words of the event, new state and the first four facts, each cut', () => {
  const detail = { a: 1, list: [1], b: 'x'.repeat(100), c: 3.0625, d: 'four', e: 'five', code: 'told already' }
  const line = eventLine({ createdAt: 1000 }, event(detail))
  expect(line).toMatch(/^ {5}1\.5 s {2}\S.* → failed {2}\(a 1, b x{95}…, c 3\.1, d four\)$/)
})

it('stays one line that a terminal only shows, whatever the machine said', () => {
  const line = eventLine({ createdAt: 1000 }, event({ message: '\x1b]0;owned\x07\nfake line', '\x1b[2J': 'key' }))
  expect(line).toContain('(message ·]0;owned·⏎fake line, ·[2J key)')
})
