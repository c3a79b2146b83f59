import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, test } from 'vitest'
import * as z from 'zod'
import { capture } from '../../src/agent/capture/capture.ts'
import type { DiskCopy } from '../../src/agent/capture/disk-copy.ts'
import type { Door } from '../../src/agent/door.ts'
import { createProgressMeter } from '../../src/agent/progress-meter.ts'
import { AGENT_PATHS } from '../../src/protocol/agent-door.ts'
import { CAPTURE_PATHS } from '../../src/protocol/capture-door.ts'
import { noise } from '../image/manifest-sample.ts'
import {
  bootMachine,
  type DeployFixture,
  DISK_BYTES,
  endedRun,
  goodFacts,
  handIn,
  inventoryOf,
  openDoor,
  runAgent,
  useDeployFixture,
} from './deploy-fixture.ts'

const MIB = 1 << 20
const CHUNK = 512 * 1024
const SWAP = 2 * MIB
const DATA = 4 * MIB
const [NAME, VERSION] = ['made-here', '1']

const current = useDeployFixture()
let fixture: DeployFixture
let disk: string
let content: Buffer

/** A disk with swap space, which holds what once was in memory, and a partition of data that nobody knows anything about. */
beforeEach(async () => {
  fixture = current()
  disk = join(fixture.folder, 'vda')
  content = Buffer.alloc(DISK_BYTES)
  for (const [at, type, first, bytes] of [
    [446, 0x82, SWAP, MIB],
    [462, 0xda, DATA, 5 * MIB],
  ] as const) {
    content.writeUInt8(type, at + 4)
    content.writeUInt32LE(first / 512, at + 8)
    content.writeUInt32LE(bytes / 512, at + 12)
  }
  content.writeUInt16LE(0xaa55, 510)
  noise(1, MIB).copy(content, SWAP)
  content.write('SWAPSPACE2', SWAP + 4086, 'latin1')
  for (const [index, seed] of [5, 6, 5, 7].entries()) noise(seed, CHUNK).copy(content, DATA + index * CHUNK)
  await writeFile(disk, content)
})

/** What the disk is when nobody's memory is on it. */
const expected = (): Buffer => Buffer.from(content).fill(0, SWAP + 4096, SWAP + MIB)

type Change = { before?: Partial<Record<string, () => Promise<unknown>>> }

/** The real agent's capture against the doors; `before` is done once, before a path is called. */
async function runCapture({ before = {} }: Change = {}): Promise<string> {
  const { run, code } = await bootMachine(fixture, { kind: 'capture', image: NAME, version: VERSION })
  const { door } = await openDoor(fixture, code)
  const left = { ...before }
  const meddled: Door = {
    ...door,
    call: async (path, body, answer) => {
      const work = left[path]
      delete left[path]
      await work?.()
      return door.call(path, body, answer)
    },
  }
  const parts = { door: meddled, meter: createProgressMeter(fixture.clock), devices: fixture.folder, log: () => {} }
  await capture(inventoryOf([{}]), { ...parts, openCopy: async (path) => partedCopy(path) })
  return run.id
}

/** A copy whose parts are files cut from the disk: what is not mounted is only looked at. */
const partedCopy = async (path: string): Promise<DiskCopy> => ({
  path,
  freeze: async () => ({ disk: path, changesFile: path, changes: { blockBytes: 512, placeOf: new Map() } }),
  close: async () => {},
  part: async ({ number, offset, length }) => {
    if (number === 0) return path
    const file = `${path}-${number}`
    await writeFile(file, (await readFile(path)).subarray(offset, offset + length))
    return file
  },
})

const detailOf = async (id: string, type: string) =>
  (await fixture.runs.service.events(id)).findLast((event) => event.type === type)?.detail as Record<string, unknown>
const version = () => fixture.appliance.library.find(NAME, VERSION)
async function exported(): Promise<Buffer> {
  const file = join(fixture.folder, 'exported.raw')
  await fixture.appliance.library.exportDisk((await version())!.manifestDigest, file)
  return readFile(file)
}

describe('a capture', () => {
  it('makes a signed version of a disk without what nobody needs, and sends each chunk once', async () => {
    const id = await runCapture()
    expect(await endedRun(fixture, id)).toMatchObject({ kind: 'capture', state: 'verified' })
    expect((await fixture.runs.service.find(id)).manifestDigest).toBe((await version())?.manifestDigest)
    expect((await exported()).equals(expected())).toBe(true)
    // The partition table, the header of the swap space, and three of four chunks of data.
    expect(await detailOf(id, 'captureFinished')).toMatchObject({ sentChunks: 5, bytes: DISK_BYTES })
    expect((await readFile(disk)).equals(content)).toBe(true)
    const { statements } = await fixture.appliance.lifecycle.record({ name: NAME, version: VERSION })
    expect(statements).toMatchObject([{ kind: 'build', body: { run: id, machine: 'one' } }])
  })

  it('sends nothing that the library has under any name', async () => {
    const file = join(fixture.folder, 'known.raw')
    await writeFile(file, Buffer.concat([noise(6, CHUNK), noise(7, CHUNK)]))
    const { manifest } = await fixture.appliance.library.manifest(fixture.manifestDigest)
    const facts = { name: 'another', version: '9', boot: manifest.boot, parent: null, provenance: manifest.provenance }
    await fixture.appliance.library.importDisk({ file, format: 'raw' }, facts)
    const id = await runCapture()
    expect(await detailOf(id, 'captureFinished')).toMatchObject({ sentChunks: 3 })
    expect((await exported()).equals(expected())).toBe(true)
  })

  it('sends again what the library lost meanwhile', async () => {
    const folder = join(fixture.appliance.settings.dataFolder, 'library/sha256')
    const blobs = async (): Promise<string[]> =>
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    const before = new Set(await blobs())
    const lose = async (): Promise<void> => rm((await blobs()).find((blob) => !before.has(blob))!)
    const id = await runCapture({ before: { [CAPTURE_PATHS.finished]: lose } })
    expect(await endedRun(fixture, id)).toMatchObject({ state: 'verified' })
    expect((await exported()).equals(expected())).toBe(true)
  })

  test.each([CAPTURE_PATHS.known, CAPTURE_PATHS.finished, CAPTURE_PATHS.reread])(
    'goes on where the appliance forgot all of it before %s, as after a restart',
    async (path) => {
      const forget = async (): Promise<void> => {
        const [open] = await fixture.appliance.store.runs.open()
        await fixture.runs.captures.end(open!.id)
      }
      const id = await runCapture({ before: { [path]: forget } })
      expect(await endedRun(fixture, id)).toMatchObject({ state: 'verified' })
      expect((await exported()).equals(expected())).toBe(true)
    },
  )

  it('makes no version of a disk that reads otherwise the second time', async () => {
    const change = async (): Promise<void> => {
      const file = await open(disk, 'r+')
      await file.write(Buffer.of(1), 0, 1, DATA + 3 * CHUNK + 5)
      await file.close()
    }
    await expect(runCapture({ before: { [CAPTURE_PATHS.finished]: change } })).rejects.toThrow(/capture\.differs/)
    const [run] = await fixture.runs.service.list()
    expect(run).toMatchObject({ state: 'failed', cause: { code: 'capture.differs' }, manifestDigest: '' })
    expect(await version()).toBeUndefined()
  })

  test.each<[string, string, () => Buffer]>([
    ['nothing on it', 'capture.nothing_there', () => Buffer.alloc(DISK_BYTES)],
    ['logical partitions', 'capture.not_generalised', () => Buffer.from(content).fill(0x0f, 466, 467)],
    [
      'an encrypted partition',
      'capture.not_generalised',
      () => Buffer.from(content).fill(Buffer.from('LUKS\xba\xbe', 'latin1'), DATA, DATA + 6),
    ],
  ])('is refused of a disk with %s', async (_what, code, bytes) => {
    await writeFile(disk, bytes())
    await expect(runCapture()).rejects.toMatchObject({ code })
  })

  it('keeps the library from being collected while it goes on, and no longer', async () => {
    const collects = (): Promise<unknown> => fixture.appliance.library.garbage.collect()
    let meanwhile: unknown
    const look = async (): Promise<void> => {
      meanwhile = await collects().catch((error: unknown) => error)
    }
    const id = await runCapture({ before: { [CAPTURE_PATHS.finished]: look } })
    expect(meanwhile).toMatchObject({ code: 'library.busy' })
    await endedRun(fixture, id)
    await expect.poll(() => collects().then(() => 'done')).toBe('done')
  })
})

describe('the door of a capture', () => {
  it('stores no chunk that is not what it is said to be', async () => {
    const { run, code } = await bootMachine(fixture, { kind: 'capture', image: NAME })
    const { door } = await openDoor(fixture, code)
    const put = door.upload(`${CAPTURE_PATHS.chunk}/${'a'.repeat(64)}`, Buffer.from('no'), {
      ...{ 'x-slipway-raw': 'b'.repeat(64), 'x-slipway-raw-bytes': '512' },
    })
    await expect(put).rejects.toThrow(/image\.chunk_corrupt/)
    expect(run.version).toMatch(/^2026\.01\.01-0000\d\d$/)
  })

  it('is closed to the agent of a deployment, and a deployment’s to the agent of a capture', async () => {
    const other = await bootMachine(fixture)
    const deploying = await openDoor(fixture, other.code)
    const asked = { raws: ['a'.repeat(64)] }
    await expect(deploying.door.call(CAPTURE_PATHS.known, asked, z.unknown())).rejects.toThrow(/path of a deploy run/)
    await fixture.runs.service.cancel(other.run.id, 'tester')
    const { code } = await bootMachine(fixture, { kind: 'capture', image: NAME })
    const { door } = await openDoor(fixture, code)
    await expect(door.call(AGENT_PATHS.writing, {}, z.unknown())).rejects.toThrow(/path of a capture run/)
    expect((await fixture.appliance.store.machines.find('one'))?.unprovedBy).toBeUndefined()
  })

  it('takes no step before its turn', async () => {
    const { code } = await bootMachine(fixture, { kind: 'capture', image: NAME })
    const { door } = await openDoor(fixture, code)
    const reread = door.call(CAPTURE_PATHS.reread, { digests: ['zeros'], seconds: 1 }, z.unknown())
    await expect(reread).rejects.toThrow(/expected run .* to be rereading, it is inventorying/)
  })

  it('takes no version that is there already, and nothing of a machine whose version was revoked', async () => {
    const start = (wish: object) =>
      fixture.runs.service.start({ kind: 'capture', machine: 'one', image: NAME, ...wish }, 'tester')
    await expect(start({ image: 'tiny', version: '1' })).rejects.toMatchObject({ code: 'image.exists' })
    await expect(start({ machine: 'nobody' })).rejects.toMatchObject({ code: 'machine.not_found' })
    const { run, code } = await bootMachine(fixture)
    await runAgent(fixture, code, [{}])
    await handIn(fixture, run.id, goodFacts(fixture))
    expect(await endedRun(fixture, run.id)).toMatchObject({ state: 'verified' })
    await fixture.appliance.lifecycle.revoke({ name: 'tiny', version: '1' }, { by: 'ann', body: {} })
    await expect(start({})).rejects.toMatchObject({ code: 'image.revoked' })
  })
})
