import { expect, it } from 'vitest'
import type { Run } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'
import { createRunInstallation } from '../../src/runs/run-installation.ts'
import { runAfter } from './run-sample.ts'
import { toInstalling } from './run-ways.ts'

function listening() {
  const { run, events } = runAfter(toInstalling)
  const kept: string[] = []
  const recorded: [RunEventType, Record<string, unknown>][] = []
  const installation = createRunInstallation({
    events: async () => events,
    faultsOf: () => [{ code: 'install.step_failed', ends: true, line: /^stop (.*)$/, says: ([, why]) => why }],
    keep: async (_id, lines) => void kept.push(...lines),
    noteHeard: () => {},
    record: async (_id, type, detail) => void recorded.push([type, detail]),
  } as Parameters<typeof createRunInstallation>[0])
  return { run: run as Run, kept, recorded, ...installation }
}

it('keeps 50,000 lines of a log and says where it stopped, and still reads what comes then', async () => {
  const { run, kept, recorded, heard } = listening()
  const lines = Array.from({ length: 2000 }, (_none, index) => `line ${index}`)
  for (let batch = 0; batch < 30; batch += 1) await heard(run, lines)
  expect(kept).toHaveLength(50_000)
  expect(kept.at(-1)).toMatch(/^… expected at most 50000 lines of a log, got more/)
  await heard(run, ['stop now'])
  expect(kept).toHaveLength(50_000)
  expect(recorded).toMatchObject([['installerFailed', { code: 'install.step_failed', message: 'now' }]])
})

it('ends nothing by a log that comes after all is installed', async () => {
  const { run, recorded, heard, said } = listening()
  await heard({ ...run, state: 'written' }, ['stop now'])
  await said({ ...run, state: 'written' }, 'failed', ['stop now'], '10.0.0.5')
  expect(recorded).toEqual([['systemSaid', { what: 'failed', peer: '10.0.0.5', lines: 1 }]])
})
