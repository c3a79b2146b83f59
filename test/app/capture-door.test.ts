import { beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { compressChunk, digestOf } from '../../src/image/chunk-codec.ts'
import { AGENT_PATHS } from '../../src/protocol/agent-door.ts'
import { CAPTURE_PATHS } from '../../src/protocol/capture-door.ts'
import { noise } from '../image/manifest-sample.ts'
import { beginCapture, CHUNK, MIB, NAME, planCapture, VERSION } from './capture-fixture.ts'
import {
  bootMachine,
  type DeployFixture,
  DISK_BYTES,
  endedRun,
  inventoryOf,
  openDoor,
  useDeployFixture,
} from './deploy-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(() => {
  fixture = current()
})

const FACTS = {
  parts: [{ part: 1, fileSystem: 'swap', bytes: MIB, usedBytes: 4096, system: null, removed: [] }],
  boot: { firmware: [], rootPartition: null, fileSystem: null, kernel: null, seed: 'none' },
}
const ZEROS_READ = {
  ...{ bytes: DISK_BYTES, digests: new Array(DISK_BYTES / CHUNK).fill('zeros') },
  ...{ sentChunks: 0, sentBytes: 0, seconds: 1 },
}

describe('the door of a capture', () => {
  it('stores no chunk that is not what it is said to be', async () => {
    const { door } = await planCapture(fixture)
    const put = door.upload(`${CAPTURE_PATHS.chunk}/${'a'.repeat(64)}`, Buffer.from('no'), {
      ...{ 'x-slipway-raw': 'b'.repeat(64), 'x-slipway-raw-bytes': '512' },
    })
    await expect(put).rejects.toThrow(/image\.chunk_corrupt/)
  })

  it('names a version by the time where nobody named it', async () => {
    const { run } = await bootMachine(fixture, { kind: 'capture', image: NAME })
    expect(run.version).toMatch(/^2026\.01\.01-0000\d\d$/)
  })

  it('is closed to the agent of a deployment, and a deployment’s to the agent of a capture', async () => {
    const other = await bootMachine(fixture)
    const deploying = await openDoor(fixture, other.code)
    const asked = { raws: ['a'.repeat(64)] }
    await expect(deploying.door.call(CAPTURE_PATHS.known, asked, z.unknown())).rejects.toThrow(/path of a deploy run/)
    for (const path of [
      '/agent/CAPTURE/known',
      '/Agent/capture/known',
      '/agent/capture/known/',
      '/agent//capture/known',
    ])
      await expect(deploying.door.call(path, asked, z.unknown()), path).rejects.toThrow()
    await expect(fixture.runs.captures.known(other.run, asked.raws)).rejects.toMatchObject({ code: 'request.invalid' })
    await fixture.runs.service.cancel(other.run.id, 'tester')
    const { door } = await beginCapture(fixture)
    await expect(door.call(AGENT_PATHS.writing, {}, z.unknown())).rejects.toThrow(/path of a capture run/)
    expect((await fixture.appliance.store.machines.find('one'))?.unprovedBy).toBeUndefined()
  })

  it('takes no step before its turn', async () => {
    const { door } = await beginCapture(fixture)
    const reread = door.call(CAPTURE_PATHS.reread, { digests: ['zeros'], seconds: 1 }, z.unknown())
    await expect(reread).rejects.toThrow(/a capture that is rereading, got a capture run that is inventorying/)
  })

  it('takes no version that is there already, nor one that another machine makes', async () => {
    const start = (wish: object) =>
      fixture.runs.service.start({ kind: 'capture', machine: 'one', image: NAME, ...wish }, 'tester')
    await expect(start({ image: 'tiny', version: '1' })).rejects.toMatchObject({ code: 'image.exists' })
    await expect(start({ machine: 'nobody' })).rejects.toMatchObject({ code: 'machine.not_found' })
    await start({ version: VERSION })
    await expect(start({ machine: 'two', version: VERSION })).rejects.toMatchObject({ code: 'image.exists' })
  })

  it('stores no chunk whose raw bytes are others than it says', async () => {
    const { door } = await planCapture(fixture)
    const stored = compressChunk(noise(1, CHUNK))
    const put = (raw: string, bytes: number) =>
      door.upload(`${CAPTURE_PATHS.chunk}/${digestOf(stored)}`, stored, {
        ...{ 'x-slipway-raw': raw, 'x-slipway-raw-bytes': String(bytes) },
      })
    await expect(put('b'.repeat(64), CHUNK)).rejects.toThrow(/image\.chunk_corrupt/)
    await expect(put(digestOf(noise(1, CHUNK)), CHUNK / 2)).rejects.toThrow(/image\.chunk_corrupt/)
    await put(digestOf(noise(1, CHUNK)), CHUNK)
  })

  it('takes no more chunks than the disk can have', async () => {
    const { run } = await planCapture(fixture)
    const sent = async (): Promise<void> => {
      for (let seed = 0; seed < 64; seed += 1) {
        const [raw, stored] = [noise(seed, 4096), compressChunk(noise(seed, 4096))]
        const chunk = { digest: digestOf(stored), raw: digestOf(raw), length: stored.length }
        await fixture.runs.captures.take(run, new Uint8Array(stored), chunk, raw.length)
      }
    }
    await expect(sent()).rejects.toMatchObject({ code: 'request.too_many' })
  })

  it('makes nothing of a disk that was not generalised in this boot session, nor of another size', async () => {
    const { run, door } = await planCapture(fixture)
    await door.call(CAPTURE_PATHS.generalised, FACTS, z.unknown())
    const shorter = { ...ZEROS_READ, bytes: 4096, digests: ['zeros'] }
    await expect(door.call(CAPTURE_PATHS.finished, shorter, z.unknown())).rejects.toThrow(/got 4096 in 1/)
    await fixture.runs.record(run.id, 'sessionOpened', { session: 2 })
    for (const type of ['ramdiskFetched', 'codeExchanged'] as const) await fixture.runs.record(run.id, type, {})
    await fixture.runs.record(run.id, 'sourceChosen', { disk: 'vda', bytes: DISK_BYTES })
    const told = fixture.runs.captures.finished(run, ZEROS_READ)
    await expect(told).rejects.toThrow(/not generalised in this boot session/)
  })

  it('tells the disk again to an agent that did not hear it', async () => {
    const { run } = await planCapture(fixture)
    const plans = [1, 2].map(() => fixture.runs.captures.plan(run, inventoryOf([{}])))
    expect(new Set((await Promise.all(plans)).map(({ disk }) => disk.bytes))).toEqual(new Set([DISK_BYTES]))
    expect(await fixture.runs.service.find(run.id)).toMatchObject({ state: 'capturing' })
  })

  it('lets a service start that can not take a capture’s hold again', async () => {
    const { run } = await planCapture(fixture)
    await fixture.runs.captures.end(run.id)
    await fixture.appliance.store.libraryHolds.take({ work: 'collect', says: 'test', since: 0 }, () => undefined)
    await fixture.runs.resume()
    expect(await fixture.runs.service.find(run.id)).toMatchObject({ state: 'capturing' })
  })

  it('gives the same answer to a question that is asked again, and does nothing twice', async () => {
    const { run, door } = await planCapture(fixture)
    await door.call(CAPTURE_PATHS.generalised, FACTS, z.unknown())
    const { captures, service } = fixture.runs
    for (const _again of [1, 2]) expect(await captures.finished(run, ZEROS_READ)).toEqual([])
    const drafts = (await service.events(run.id)).filter(({ type }) => type === 'captureFinished')
    expect(new Set(drafts.map(({ detail }) => detail.manifestDigest)).size).toBe(1)
    // As where the appliance ended after it made the version and before it said so.
    const opened = await fixture.appliance.library.openCapture({ name: NAME, version: VERSION })
    await opened.publish(String(drafts[0]!.detail.manifestDigest))
    await opened.end()
    await Promise.all([1, 2].map(() => captures.reread(run, ZEROS_READ.digests, 1)))
    expect(await endedRun(fixture, run.id)).toMatchObject({ state: 'verified' })
    const { statements } = await fixture.appliance.lifecycle.record({ name: NAME, version: VERSION })
    expect(statements).toHaveLength(1)
  })

  it('holds nothing for a run that has ended, whatever still comes', async () => {
    const { run } = await planCapture(fixture)
    await fixture.runs.service.cancel(run.id, 'tester')
    await expect(fixture.runs.captures.known(run, ['a'.repeat(64)])).rejects.toMatchObject({ code: 'request.invalid' })
    const collected = (): Promise<unknown> => fixture.appliance.library.garbage.collect().then(() => 'done')
    await expect.poll(collected).toBe('done')
  })
})
