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
