import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { seeded } from '../seeded.ts'
import {
  bootMachine,
  type DeployFixture,
  endedRun,
  goodFacts,
  handIn,
  imageBytes,
  runAgent,
  useDeployFixture,
} from './deploy-fixture.ts'
import { openFaultyWire, type WireFault } from './faulty-wire.ts'

const CHUNK = 256 * 1024

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(() => {
  fixture = current()
})
const disk = () => join(fixture.folder, 'vda')
const eventsOf = (id: string) => fixture.runs.service.events(id)
const detailOf = async (id: string, type: string) =>
  (await eventsOf(id)).findLast((event) => event.type === type)?.detail as Record<string, number>

/** One whole deployment, to the end of its run. */
async function deployOnce(): Promise<string> {
  const { run, code } = await bootMachine(fixture)
  await runAgent(fixture, code, [{}])
  const row = await fixture.runs.service.find(run.id)
  await handIn(fixture, run.id, goodFacts(fixture, { manifest: row.manifestDigest, version: row.version }))
  expect(await endedRun(fixture, run.id)).toMatchObject({ state: 'verified' })
  return run.id
}

async function importVersion2(bytes: Buffer) {
  const file = join(fixture.folder, 'image2.raw')
  fixture.clock.ms += 1000
  await writeFile(file, bytes)
  const { library } = fixture.appliance
  const { manifest } = await library.manifest(fixture.manifestDigest)
  const facts = { name: 'tiny', version: '2', boot: manifest.boot, parent: null, provenance: manifest.provenance }
  const { row } = await library.importDisk({ file, format: 'raw' }, facts, () => {}, { chunkSize: CHUNK })
  return library.manifest(row.manifestDigest)
}

describe('a redeployment over a used disk', () => {
  it('of the same version fetches nothing', async () => {
    await deployOnce()
    expect(await detailOf(await deployOnce(), 'writeFinished')).toMatchObject({ chunks: 15, kept: 15, fetchedBytes: 0 })
  })

  it('of the next version fetches what differs on the disk: its own chunks, and a shared one changed by hand', async () => {
    await deployOnce()
    const next = imageBytes()
    next.writeUInt8(next[CHUNK]! ^ 0xff, CHUNK)
    next.fill(7, 4 * CHUNK, 4 * CHUNK + 1000)
    next.fill(0, 10 * CHUNK, 11 * CHUNK)
    const { manifest } = await importVersion2(next)
    const file = await open(disk(), 'r+')
    await file.write(Buffer.from('changed by hand'), 0, 15, 8 * CHUNK + 77)
    await file.close()

    const { chunks, kept, fetchedBytes } = await detailOf(await deployOnce(), 'writeFinished')
    const differing = [1, 4, 8].map((index) => manifest.chunks[index]!.length)
    expect({ chunks, kept, fetchedBytes }).toEqual({
      chunks: 15,
      kept: 12,
      fetchedBytes: differing.reduce((a, b) => a + b),
    })
    expect((await readFile(disk())).subarray(0, next.length).equals(next)).toBe(true)
  })

  it('goes on where a cut left the disk', async () => {
    const whole = imageBytes()
    const half = await readFile(disk())
    whole.copy(half, 0, 0, 9 * CHUNK + 1000)
    await writeFile(disk(), half)
    expect(await detailOf(await deployOnce(), 'writeFinished')).toMatchObject({ chunks: 15, kept: 6 })
    expect((await readFile(disk())).subarray(0, whole.length).equals(whole)).toBe(true)
  })
})

describe('on a wire that', () => {
  const deployOver = async (faults: WireFault[]) => {
    const wire = await openFaultyWire(fixture.http.port, faults)
    const { run, code } = await bootMachine(fixture)
    const outcome = runAgent(fixture, code, [{}], { chunkPort: wire.port, tries: 6 })
    return { run, wire, outcome }
  }

  it.each(['flip', 'cut', 'reset'] as const)(
    'now and then does %s: what came wrong is fetched again, told, and the disk is right',
    async (does) => {
      const random = seeded(20_26)
      const faults = Array.from({ length: 12 }, () => ({ does, at: 400 + random.below(CHUNK) }))
      const { run, wire, outcome } = await deployOver(faults)
      await outcome
      await wire.close()
      const events = await eventsOf(run.id)
      const retries = (await detailOf(run.id, 'writeFinished')).retries!
      expect(retries).toBeGreaterThan(0)
      expect(events.filter(({ type }) => type === 'chunkRetried').map(({ detail }) => detail.retries)).toContain(1)
      expect(events.map(({ type }) => type)).toContain('readBackMatched')
      expect((await readFile(disk())).subarray(0, imageBytes().length).equals(imageBytes())).toBe(true)
    },
  )

  it.each([
    ['flipAll', 'image.chunk_corrupt'],
    ['cut', 'image.body_truncated'],
    ['reset', 'socket.failed'],
  ] as const)('always does %s: the agent gives up after a bounded number of tries and says %s', async (does, code) => {
    const { wire, outcome } = await deployOver(Array.from({ length: 400 }, () => ({ does, at: 2000 })))
    await expect(outcome).rejects.toMatchObject({ code })
    expect(wire.connections()).toBeLessThan(200)
    await wire.close()
  })
})
