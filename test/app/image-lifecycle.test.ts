import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createImageLifecycle } from '../../src/app/image-lifecycle.ts'
import { createDeployFixture, type DeployFixture } from './deploy-fixture.ts'

const tiny = { name: 'tiny', version: '1' }
const ann = { by: 'ann', body: { note: 'a hole in sshd' } }

let bench: DeployFixture
let life: ReturnType<typeof createImageLifecycle>
beforeEach(async () => {
  bench = await createDeployFixture()
  life = createImageLifecycle(bench.appliance, bench.runs)
})
afterEach(() => bench.close())

const startRun = () => bench.runs.service.start({ machine: 'one', image: 'tiny' }, 'ann')
/** The run as its last event would leave it, told to whoever listens. */
async function verify(id: string): Promise<void> {
  const run = (await bench.appliance.store.runs.find(id))!
  bench.runs.feed.publish({ kind: 'change', run: { ...run, state: 'verified' }, events: [] })
}

it('puts a verified run on the record of its version, once a hardware profile', async () => {
  await life.take(tiny, 'build', ann)
  const run = await startRun()
  await verify(run.id)
  await vi.waitFor(async () => expect((await life.record(tiny)).state).toBe('tested'))
  await verify(run.id)
  await life.take(tiny, 'approve', ann)
  const { statements } = await life.record(tiny)
  expect(statements.map(({ kind }) => kind)).toEqual(['build', 'testRun', 'approval'])
  expect(statements[1]).toMatchObject({ by: 'appliance', body: { run: run.id, machine: 'one', profile: 'any' } })
})

it('ends the open runs of what is revoked, and lets nobody start another', async () => {
  const run = await startRun()
  const done = await life.revoke(tiny, ann)
  expect(done).toMatchObject({ versions: [tiny], machines: [], cancelled: [run.id] })
  expect((await bench.runs.service.find(run.id)).state).toBe('cancelled')
  await expect(startRun()).rejects.toMatchObject({ code: 'image.revoked', message: expect.stringMatching(/revoked/) })
})
