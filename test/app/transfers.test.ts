import { expect, it, vi } from 'vitest'
import { storedBytesOf } from '../../src/image/manifest.ts'
import { bootMachine, runAgent, until, useDeployFixture } from './deploy-fixture.ts'

const current = useDeployFixture()

it('counts the bytes that the server sent of each chunk, tells each, and keeps them after the end of the run', async () => {
  const fixture = current()
  const told = vi.spyOn(fixture.appliance.log, 'debug')
  const { run, code } = await bootMachine(fixture)
  await runAgent(fixture, code, [{}])
  const { manifest } = await fixture.appliance.library.manifest(fixture.manifestDigest)
  const served = () => told.mock.calls.filter(([, message]) => message === 'chunk served').map(([fields]) => fields)
  const sum = () => served().reduce((bytes, fields) => bytes + Number(fields.bytes), 0)
  await until(async () => sum() >= storedBytesOf(manifest))
  expect(new Set(served().map(({ digest }) => digest))).toEqual(
    new Set(manifest.chunks.flatMap((chunk) => (chunk ? [chunk.digest] : []))),
  )
  expect(served().every(({ runId }) => runId === run.id)).toBe(true)
  await fixture.runs.service.cancel(run.id, 'tester')
  await until(async () => (await fixture.runs.transfers.list(run.id)).at(-1)?.servedBytes === sum())
})

it('stores the last word of a run when the run ends, and none that comes later', async () => {
  const { runs } = current()
  const { id } = await runs.service.start({ machine: 'one', image: 'tiny' }, 'tester')
  const rows = async () => (await runs.transfers.list(id)).map(({ servedBytes }) => servedBytes)
  runs.transfers.noteServed(id, 5)
  await runs.transfers.settled(id)
  runs.transfers.noteServed(id, 7)
  await runs.transfers.settled(id)
  expect(await rows()).toEqual([5])
  await runs.service.cancel(id, 'tester')
  await until(async () => (await rows()).at(-1) === 12)
  runs.transfers.noteServed(id, 1)
  await runs.transfers.settled(id)
  expect(await rows()).toEqual([12])
})
