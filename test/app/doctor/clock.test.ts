import { expect, test } from 'vitest'
import { judgeSynchronisation, judgeTime } from '../../../src/app/doctor/clock.ts'

test.each([
  ['a clock at its factory setting', Date.UTC(1970, 0, 2), undefined, 'problem'],
  ['a clock behind the newest run', Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2), 'problem'],
  ['a clock after the newest run', Date.UTC(2026, 0, 3), Date.UTC(2026, 0, 2), 'ok'],
])('judges %s', (_name, now, newest, outcome) => expect(judgeTime(now, newest).outcome).toBe(outcome))

test.each([
  [0, 'ok'],
  [5, 'warning'],
  [-1, 'warning'],
])('judges what adjtimex answers: %i', (answer, outcome) => expect(judgeSynchronisation(answer).outcome).toBe(outcome))
