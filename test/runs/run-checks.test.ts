import { expect, it } from 'vitest'
import type { Check } from '../../src/domain/check.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import { createRunChecks, type RunChecksDeps } from '../../src/runs/run-checks.ts'
import { sampleManifest } from '../image/manifest-sample.ts'
import { runAfter } from './run-sample.ts'

const judged: string[] = []
const check = (id: string): Check => ({
  ...{ id, says: `About ${id}` },
  judge: () => {
    judged.push(id)
    return { outcome: 'passed', expected: 'a', got: 'a' }
  },
})

/** What is recorded when a run of this profile is judged by three checks. */
async function recorded(profile: object) {
  judged.length = 0
  const told: unknown[] = []
  const { run } = runAfter([])
  const judge = createRunChecks({
    ...{ checks: ['identity', 'kernel', 'network'].map(check), events: async () => [] },
    ...{ machines: { find: async () => undefined }, addressesOf: async () => [] },
    manifests: { manifest: async () => sampleManifest },
    record: (async (_run, type, detail) =>
      void told.push([type, detail?.check, detail?.why])) as RunChecksDeps['record'],
  })
  await judge({ ...run, profile: HardwareProfile.parse({ name: 'quiet', ...profile }) })
  return told
}

it('skips what the run’s hardware profile leaves out, says so, and judges the rest', async () => {
  expect(await recorded({ checks: { leaveOut: ['network'] } })).toEqual([
    ['checkPassed', 'identity', undefined],
    ['checkPassed', 'kernel', undefined],
    ['checkSkipped', 'network', 'the hardware profile quiet leaves it out'],
    ['checksPassed', undefined, undefined],
  ])
  expect(judged).toEqual(['identity', 'kernel'])
})

it('judges by every check where the profile says nothing', async () => {
  expect(await recorded({})).toHaveLength(4)
  expect(judged).toEqual(['identity', 'kernel', 'network'])
})
