import { expect, test } from 'vitest'
import { judgeOurs } from '../../../src/app/doctor/ports.ts'

test.each([
  ['is refused, for it is taken here', 'EADDRINUSE', 'ok'],
  ['may not be tried by this user', 'EACCES', 'ok'],
  ['can be opened: the service holds it elsewhere', undefined, 'problem'],
])('judges a port of our service that %s', (_name, refusal, outcome) => {
  const found = judgeOurs({ pid: 7 }, '', refusal)
  expect(found.outcome).toBe(outcome)
  expect(found.got).toContain('pid 7')
  expect(found.remedy === undefined).toBe(outcome === 'ok')
})
