import { expect, it, test } from 'vitest'
import { judgeDatabase, judgeRoom } from '../../../src/app/doctor/data-folder.ts'
import type { DatabaseState } from '../../../src/app/doctor/doctor-check.ts'

test.each([
  [20 * 2 ** 30, 'ok'],
  [5 * 2 ** 30, 'warning'],
  [1 << 20, 'problem'],
])('judges %i free bytes', (free, outcome) => expect(judgeRoom('/data', free).outcome).toBe(outcome))

test.each<[DatabaseState, string | undefined, object]>([
  ['none', 'no database yet', { outcome: 'skipped', got: 'no database yet', remedy: expect.stringContaining('serve') }],
  ['read', undefined, { outcome: 'ok', got: 'read' }],
  [
    'older',
    undefined,
    { outcome: 'warning', got: 'older than this program', remedy: expect.stringContaining('serve') },
  ],
  ['busy', 'locked', { outcome: 'warning', got: 'locked', remedy: expect.stringContaining('try again') }],
  ['broken', 'torn', { outcome: 'problem', got: 'torn', remedy: expect.stringContaining('restore /data/slipway.db') }],
])('judges a database that is: %s', (state, why, found) =>
  expect(judgeDatabase('/data', state, why)).toMatchObject(found),
)

it('never tells to restore a database that is only locked', () =>
  expect(judgeDatabase('/data', 'busy', 'locked').remedy).not.toContain('restore'))
