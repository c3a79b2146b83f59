import { beforeEach, describe, expect, it, test } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import { createRunDeadlines } from '../../src/runs/run-deadlines.ts'
import {
  ask,
  bootMachine,
  type DeployFixture,
  endedRun,
  goodFacts,
  handIn,
  runAgent,
  UUID,
  until,
  useDeployFixture,
} from './deploy-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(() => {
  fixture = current()
})
const run = (id: string) => fixture.runs.service.find(id)

describe('what the installed system says is checked', () => {
  test.each([
    ['a wrong kernel', { kernel: '6.1.0-other' }, 'check.kernel'],
    ['a failed unit', { failed_unit: 'ssh.service' }, 'check.failed-units'],
    ['a wrong version', { version: '2' }, 'check.image-version'],
    ['another manifest', { manifest: 'f'.repeat(64) }, 'check.image-version'],
    ['another machine', { uuid: UUID.replace('01', '02') }, 'check.identity'],
    ['an address that was not leased', { address: '192.0.2.1' }, 'check.network'],
  ])('%s ends the run failed, naming the check', async (_name, more, code) => {
    const { run: started, code: bootCode } = await bootMachine(fixture)
    await runAgent(fixture, bootCode, [{}])
    await handIn(fixture, started.id, goodFacts(fixture, more as unknown as Record<string, string>))
    expect(await endedRun(fixture, started.id)).toMatchObject({
      state: 'failed',
      cause: { code, message: expect.stringMatching(/expected .* got /) },
    })
  })

  it('a host that stays silent ends the run failed at its deadline', async () => {
    const { run: started, code } = await bootMachine(fixture)
    await runAgent(fixture, code, [{}])
    await ask({ port: fixture.http.port, path: '/boot/ipxe' })
    await until(async () => (await run(started.id)).state === 'bootingOwnDisk')
    await fixture.runs.deadlines.sweep()
    expect((await run(started.id)).state).toBe('bootingOwnDisk')
    fixture.clock.ms += 301_000
    await fixture.runs.deadlines.sweep()
    expect(await run(started.id)).toMatchObject({
      state: 'failed',
      cause: { code: 'run.timed_out_bootingOwnDisk', missingStep: 'a sign of the installed system' },
    })
  })

  it('an agent that falls silent while it writes ends the run long before the deadline of writing', async () => {
    const { run: started } = await bootMachine(fixture)
    for (const type of ['codeExchanged', 'diskChosen', 'writeStarted'] as const)
      await fixture.runs.record(started.id, type, {})
    const speak = () =>
      fixture.runs.service.noteProgress(started.id, {
        step: 'writing',
        doneBytes: 1,
        totalBytes: 2,
        bytesPerSecond: 1,
        etaSeconds: 1,
      })
    for (let minute = 0; minute < 3; minute += 1) {
      fixture.clock.ms += 299_000
      await fixture.runs.deadlines.sweep()
      expect((await run(started.id)).state).toBe('writing')
      speak()
    }
    fixture.clock.ms += 301_000
    await fixture.runs.deadlines.sweep()
    expect(await run(started.id)).toMatchObject({
      state: 'failed',
      cause: { code: 'run.agentSilent', missingStep: 'the next report of the agent, which comes twice a second' },
    })
  })

  it('deadlines that can not be judged now end no service: the sweep throws, the timer goes on', async () => {
    const open = () => Promise.reject(new Error('database is locked'))
    const said: string[] = []
    const log = { ...silentLog, error: (_fields: object, message: string) => void said.push(message) }
    const deadlines = createRunDeadlines({
      runs: { open, events: async () => [] },
      lastReport: () => undefined,
      heardAt: () => undefined,
      record: fixture.runs.record,
      clock: fixture.clock,
      log,
    })
    deadlines.start()
    await until(async () => said.length >= 1)
    deadlines.stop()
    expect(said[0]).toBe('deadlines not judged')
  })

  it('takes no key of an object for a fact', async () => {
    const { run: started, code } = await bootMachine(fixture)
    await runAgent(fixture, code, [{}])
    expect((await handIn(fixture, started.id, `constructor=x\n__proto__=y\n${goodFacts(fixture)}`)).status).toBe(204)
    expect((await endedRun(fixture, started.id)).state).toBe('verified')
  })

  it('refuses facts that are no facts and keeps the run waiting', async () => {
    const { run: started, code } = await bootMachine(fixture)
    await runAgent(fixture, code, [{}])
    expect((await handIn(fixture, started.id, 'root_bytes=many')).status).toBe(400)
    expect((await handIn(fixture, started.id, 'nonsense')).status).toBe(400)
    expect((await run(started.id)).state).toBe('written')
  })
})
