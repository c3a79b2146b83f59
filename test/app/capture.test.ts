import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { createImageLifecycle } from '../../src/app/image-lifecycle.ts'
import { CAPTURE_PATHS } from '../../src/protocol/capture-door.ts'
import { noise } from '../image/manifest-sample.ts'
import {
  CHUNK,
  DATA,
  deployTiny,
  diskContent,
  NAME,
  runCapture,
  SWAP,
  VERSION,
  withoutMemory,
} from './capture-fixture.ts'
import { type DeployFixture, DISK_BYTES, endedRun, useDeployFixture } from './deploy-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
let disk: string
let content: Buffer

beforeEach(async () => {
  fixture = current()
  disk = join(fixture.folder, 'vda')
  content = diskContent()
  await writeFile(disk, content)
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
    const id = await runCapture(fixture)
    expect(await endedRun(fixture, id)).toMatchObject({ kind: 'capture', state: 'verified' })
    expect((await fixture.runs.service.find(id)).manifestDigest).toBe((await version())?.manifestDigest)
    expect((await exported()).equals(withoutMemory(content))).toBe(true)
    // The partition table, the header of the swap space, and three of four chunks of data.
    expect(await detailOf(id, 'captureFinished')).toMatchObject({ sentChunks: 5, bytes: DISK_BYTES })
    const { statements } = await fixture.appliance.lifecycle.record({ name: NAME, version: VERSION })
    expect(statements).toMatchObject([{ kind: 'build', body: { run: id, machine: 'one' } }])
  })

  it('sends nothing that the library has under any name', async () => {
    const file = join(fixture.folder, 'known.raw')
    await writeFile(file, Buffer.concat([noise(6, CHUNK), noise(7, CHUNK)]))
    const { manifest } = await fixture.appliance.library.manifest(fixture.manifestDigest)
    const facts = { name: 'another', version: '9', boot: manifest.boot, parent: null, provenance: manifest.provenance }
    await fixture.appliance.library.importDisk({ file, format: 'raw' }, facts)
    const id = await runCapture(fixture)
    expect(await detailOf(id, 'captureFinished')).toMatchObject({ sentChunks: 3 })
    expect((await exported()).equals(withoutMemory(content))).toBe(true)
  })

  it('sends again what the library lost meanwhile', async () => {
    const folder = join(fixture.appliance.settings.dataFolder, 'library/sha256')
    const blobs = async (): Promise<string[]> =>
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    const before = new Set(await blobs())
    const lose = async (): Promise<void> => rm((await blobs()).find((blob) => !before.has(blob))!)
    const id = await runCapture(fixture, { [CAPTURE_PATHS.finished]: lose })
    expect(await endedRun(fixture, id)).toMatchObject({ state: 'verified' })
    expect((await exported()).equals(withoutMemory(content))).toBe(true)
  })

  test.each([CAPTURE_PATHS.known, CAPTURE_PATHS.finished, CAPTURE_PATHS.reread])(
    'goes on where the appliance forgot all of it before %s, as after a restart',
    async (path) => {
      const forget = async (): Promise<void> => {
        const [open] = await fixture.appliance.store.runs.open()
        await fixture.runs.captures.end(open!.id)
      }
      const id = await runCapture(fixture, { [path]: forget })
      expect(await endedRun(fixture, id)).toMatchObject({ state: 'verified' })
      expect((await exported()).equals(withoutMemory(content))).toBe(true)
    },
  )

  it('makes no version of a disk that reads otherwise the second time', async () => {
    const change = async (): Promise<void> => {
      const file = await open(disk, 'r+')
      await file.write(Buffer.of(1), 0, 1, DATA + 3 * CHUNK + 5)
      await file.close()
    }
    await expect(runCapture(fixture, { [CAPTURE_PATHS.finished]: change })).rejects.toThrow(/capture\.differs/)
    const [run] = await fixture.runs.service.list()
    expect(run).toMatchObject({ state: 'failed', cause: { code: 'capture.differs' }, manifestDigest: '' })
    expect(await version()).toBeUndefined()
  })

  test.each<[string, string, () => Buffer]>([
    [
      'the memory of a hibernated system',
      'capture.not_clean',
      () => Buffer.from(content).fill(Buffer.from('S1SUSPEND\0'), SWAP + 4086, SWAP + 4096),
    ],
    ['nothing on it', 'capture.nothing_there', () => Buffer.alloc(DISK_BYTES)],
    ['logical partitions', 'capture.not_generalised', () => Buffer.from(content).fill(0x0f, 466, 467)],
    [
      'an encrypted partition',
      'capture.not_generalised',
      () => Buffer.from(content).fill(Buffer.from('LUKS\xba\xbe', 'latin1'), DATA, DATA + 6),
    ],
  ])('is refused of a disk with %s', async (_what, code, bytes) => {
    await writeFile(disk, bytes())
    await expect(runCapture(fixture)).rejects.toMatchObject({ code })
  })

  it('keeps the library from being collected while it goes on, and no longer', async () => {
    const collects = (): Promise<unknown> => fixture.appliance.library.garbage.collect()
    let meanwhile: unknown
    const look = async (): Promise<void> => {
      meanwhile = await collects().catch((error: unknown) => error)
    }
    const id = await runCapture(fixture, { [CAPTURE_PATHS.finished]: look })
    expect(meanwhile).toMatchObject({ code: 'library.busy' })
    await endedRun(fixture, id)
    await expect.poll(() => collects().then(() => 'done')).toBe('done')
  })
})

describe('a revocation', () => {
  const revoke = () => fixture.appliance.lifecycle.revoke({ name: 'tiny', version: '1' }, { by: 'ann', body: {} })
  const start = () => fixture.runs.service.start({ kind: 'capture', machine: 'one', image: NAME }, 'tester')

  it('of what a machine runs forbids its capture', async () => {
    await deployTiny(fixture)
    await revoke()
    await expect(start()).rejects.toMatchObject({ code: 'image.revoked' })
  })

  it('of what a machine runs ends its capture', async () => {
    await deployTiny(fixture)
    const { id } = await start()
    const life = createImageLifecycle(fixture.appliance, fixture.runs)
    expect(await life.revoke({ name: 'tiny', version: '1' }, { by: 'ann', body: {} })).toMatchObject({
      cancelled: [id],
    })
  })

  it('reaches what comes of a machine until the last moment', async () => {
    await deployTiny(fixture)
    await writeFile(disk, content)
    await expect(runCapture(fixture, { [CAPTURE_PATHS.reread]: revoke })).rejects.toThrow(/image\.revoked/)
    expect(await version()).toBeUndefined()
  })
})
