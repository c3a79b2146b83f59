import { open, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { createSigningKey, trustedKeyFromPem } from '../../src/image/signature.ts'
import {
  ask,
  bootMachine,
  type DeployFixture,
  endedRun,
  goodFacts,
  handIn,
  imageBytes,
  inventoryOf,
  MAC,
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

it('deploys onto a disk full of 0xAA: holes read as zeros, the end is cleared, the server compares, the run is verified', async () => {
  const { run: started, code } = await bootMachine(fixture)
  await runAgent(fixture, code, [{}])
  const disk = await readFile(join(fixture.folder, 'vda'))
  expect(disk.subarray(0, imageBytes().length).equals(imageBytes())).toBe(true)
  expect(disk.subarray(-(1 << 20)).every((byte) => byte === 0)).toBe(true)
  expect(disk[imageBytes().length]).toBe(0xaa)
  expect((await run(started.id)).state).toBe('written')
  expect((await ask({ port: fixture.http.port, path: '/boot/ipxe' })).body.toString()).toMatch(/\nexit\n$/)
  await until(async () => (await run(started.id)).state === 'bootingOwnDisk')
  expect((await handIn(fixture, started.id, goodFacts(fixture))).status).toBe(204)
  expect(await endedRun(fixture, started.id)).toMatchObject({ state: 'verified', cause: undefined })
  const types = (await fixture.runs.service.events(started.id)).map(({ type }) => type)
  expect(types.filter((type) => type === 'checkPassed')).toHaveLength(5)
  expect(types).toEqual(
    expect.arrayContaining([
      'scriptFetched',
      'kernelFetched',
      'ramdiskFetched',
      'codeExchanged',
      'firstChunkServed',
      'readBackMatched',
      'grantClosed',
    ]),
  )
})

describe('faults while deploying end the run with their code', () => {
  const blobs = async () => {
    const { manifest } = await fixture.appliance.library.manifest(fixture.manifestDigest)
    const digest = manifest.chunks[10]!.digest
    return join(fixture.appliance.settings.dataFolder, 'library/sha256', digest.slice(0, 2), digest)
  }
  const failing = async (code: string, work: (code: string) => Promise<unknown>, event: string) => {
    const { run: started, code: bootCode } = await bootMachine(fixture)
    await expect(work(bootCode)).rejects.toMatchObject({ code })
    const types = (await fixture.runs.service.events(started.id)).map(({ type }) => type)
    if (event) expect(types).toContain(event)
    return started
  }

  it('a corrupted chunk', async () => {
    const file = await open(await blobs(), 'r+')
    await file.write(Buffer.from([0x00, 0xff]), 0, 2, 5000)
    await file.close()
    await failing('image.chunk_corrupt', (code) => runAgent(fixture, code, [{}]), 'diskChosen')
  })

  it('a truncated body', async () => {
    await truncate(await blobs(), 1000)
    await failing('image.body_truncated', (code) => runAgent(fixture, code, [{}]), 'diskChosen')
  })

  it('a missing chunk', async () => {
    await rm(await blobs())
    await failing('image.chunk_missing', (code) => runAgent(fixture, code, [{}]), 'diskChosen')
  })

  it('a manifest signed by a key that the ramdisk does not trust', async () => {
    const stranger = trustedKeyFromPem(createSigningKey()).raw
    await failing('image.signature', (code) => runAgent(fixture, code, [{}], { imageKeys: [stranger] }), 'diskChosen')
    expect((await readFile(join(fixture.folder, 'vda'))).every((byte) => byte === 0xaa)).toBe(true)
    expect((await fixture.appliance.store.machines.find('one'))?.unprovedBy).toBeUndefined()
  })

  test.each([
    ['no disk at all', [], 'disk.none'],
    ['a disk that is too small', [{ bytes: 1 << 20 }], 'disk.too_small'],
    ['two disks of one size', [{}, { name: 'vdb' }], 'disk.ambiguous'],
  ])('%s: nothing is written', async (_name, disks, code) => {
    const { run: started, code: bootCode } = await bootMachine(fixture)
    await expect(runAgent(fixture, bootCode, disks)).rejects.toMatchObject({ message: expect.stringContaining(code) })
    expect(await endedRun(fixture, started.id)).toMatchObject({
      state: 'failed',
      cause: { code, missingStep: expect.stringMatching(/disk/) },
    })
    expect((await readFile(join(fixture.folder, 'vda'))).every((byte) => byte === 0xaa)).toBe(true)
    expect((await fixture.appliance.store.machines.find('one'))?.unprovedBy).toBeUndefined()
  })

  it('a machine with another UUID than the registered one is frozen before any write', async () => {
    const { run: started, code } = await bootMachine(fixture)
    await fixture.appliance.store.machines.save({
      name: 'one',
      macs: [MAC],
      uuid: UUID.replace('01', '09'),
      profile: 'any',
    })
    await expect(runAgent(fixture, code, [{}])).rejects.toBeTruthy()
    expect(await endedRun(fixture, started.id)).toMatchObject({ state: 'failed', cause: { code: 'machine.conflict' } })
  })

  it('a read-back that differs names the chunk, and the machine is held, not booted', async () => {
    const { run: started } = await bootMachine(fixture)
    await fixture.runs.record(started.id, 'codeExchanged', {})
    const row = await run(started.id)
    await fixture.runs.deployment.plan(row, inventoryOf([{}]))
    await fixture.runs.record(started.id, 'writeStarted', {})
    await fixture.runs.record(started.id, 'writeFinished', {})
    const { manifest } = await fixture.appliance.library.manifest(fixture.manifestDigest)
    const digests = manifest.chunks.map((chunk) => chunk?.raw ?? 'zeros')
    digests[7] = 'f'.repeat(64)
    await expect(fixture.runs.deployment.judgeReadBack(row, digests, 1)).rejects.toMatchObject({
      code: 'disk.read_back_differs',
    })
    expect(await endedRun(fixture, started.id)).toMatchObject({
      cause: { code: 'disk.read_back_differs', message: expect.stringContaining('chunk 7') },
    })
    expect((await ask({ port: fixture.http.port, path: '/boot/ipxe' })).body.toString()).toContain('did not prove it')
  })
})
