import { expect, test } from 'vitest'
import type { ZodType } from 'zod'
import {
  BootOrderReport,
  FailedReport,
  InventoryReport,
  LogReport,
  ProgressReport,
  RetriedReport,
} from '../../src/protocol/agent-door.ts'

const HOSTILE = '\x1b]0;owned\x07\nfake'
const SHOWN = '·]0;owned·⏎fake'
const progress = { doneBytes: 1, totalBytes: 2, bytesPerSecond: 1 }

test.each<[string, ZodType, unknown, unknown]>([
  ['a failure', FailedReport, { code: HOSTILE, message: HOSTILE }, { code: SHOWN, message: SHOWN }],
  ['log lines', LogReport, { lines: [HOSTILE, 'plain'] }, { lines: [SHOWN, 'plain'] }],
  ['a retry', RetriedReport, { why: HOSTILE, retries: 1 }, { why: SHOWN, retries: 1 }],
  ['progress', ProgressReport, { step: HOSTILE, ...progress }, { step: SHOWN, ...progress }],
  [
    'labels of firmware',
    BootOrderReport,
    { entry: '0001', order: ['0001'], labels: [HOSTILE] },
    { entry: '0001', order: ['0001'], labels: [SHOWN] },
  ],
])('takes %s without what a terminal would obey', (_name, type, sent, taken) => {
  expect(type.parse(sent)).toEqual(taken)
})

test.each<[string, ZodType, unknown]>([
  ['an endless message', FailedReport, { code: 'x', message: 'x'.repeat(4001) }],
  ['an endless log line', LogReport, { lines: ['x'.repeat(2001)] }],
  ['something else', RetriedReport, { why: 'x', retries: 1, more: true }],
  ['no inventory', InventoryReport, {}],
])('refuses %s', (_name, type, sent) => expect(type.safeParse(sent).success).toBe(false))
