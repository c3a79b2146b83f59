import { expect, test } from 'vitest'
import type { Run } from '../../../src/domain/run/run.ts'
import { stuckBecause } from '../../../src/web/console/run-row.ts'
import { runAfter } from '../../runs/run-sample.ts'

const NOW = 10_000_000
const standing = (kind: Run['kind'], state: Run['state'], seconds: number): Run => ({
  ...{ ...runAfter([]).run, kind, state, stateSince: NOW - seconds * 1000 },
  deadlineAt: NOW + 100_000_000,
})

test.each<[string, Run, number | undefined, string | undefined]>([
  ['an agent that spoke just now', standing('deploy', 'writing', 100), NOW - 1000, undefined],
  ['an agent that is silent', standing('deploy', 'writing', 100), NOW - 16_000, 'its agent is silent'],
  ['an installer that logged a minute ago', standing('install', 'installing', 900), NOW - 60_000, undefined],
  ['an installer that was never heard', standing('install', 'installing', 900), undefined, undefined],
  [
    'an installer that logged long ago',
    standing('install', 'installing', 900),
    NOW - 301_000,
    'its installer is silent',
  ],
])('%s', (_name, run, heardAt, because) => expect(stuckBecause(run, heardAt, NOW)).toBe(because))
