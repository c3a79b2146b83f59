import {
  createReadStream,
  createWriteStream,
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { extract, type Headers, pack } from 'tar-stream'
import { beforeEach, expect, it, test } from 'vitest'
import { archiveImage } from '../../src/app/image-archives.ts'
import { importImageFile } from '../../src/app/image-imports.ts'
import { silentLog } from '../../src/core/log.ts'
import { trustedKeyToPem } from '../../src/image/signature.ts'
import { alone } from '../../src/library/alone.ts'
import { createKeyring } from '../../src/library/keyring.ts'
import { createLibrary } from '../../src/library/library.ts'
import { createLifecycle } from '../../src/library/life/lifecycle.ts'
import { createStore } from '../../src/store/create-store.ts'
import { noise } from '../image/manifest-sample.ts'
import { factsOf, temporaryFolder } from './library-fixture.ts'

const CHUNK = 65_536
const ann = { by: 'ann', body: { note: 'seen' } }
const clock = { now: () => Date.parse('2026-01-02T03:04:05Z') }
type Site = Awaited<ReturnType<typeof openSite>>

/** An appliance's library with keys and records of its own. */
async function openSite(folder: string) {
  const store = await createStore(join(folder, 'slipway.db'))
  const keyring = createKeyring(join(folder, 'keys'))
  const library = createLibrary({
    ...{ ...alone(), folder: join(folder, 'library'), index: store.images, keys: keyring, clock, log: silentLog },
  })
  const lifecycle = createLifecycle({
    ...{ store: store.imageLifecycle, index: store.images, keys: keyring, clock, parentOf: async () => null },
    channels: [{ name: 'lab', site: 'test' }],
  })
  return { store, keyring, library, lifecycle, folder }
}

let folder: string
let here: Site
let there: Site
let file: string

beforeEach(async () => {
  folder = temporaryFolder()
  here = await openSite(join(folder, 'here'))
  there = await openSite(join(folder, 'there'))
  file = join(folder, 'tiny.slipway')
  writeFileSync(join(folder, 'disk.raw'), Buffer.concat([noise(1, CHUNK), Buffer.alloc(CHUNK), noise(2, CHUNK)]))
  const source = { file: join(folder, 'disk.raw'), format: 'raw' as const }
  await here.library.importDisk(source, factsOf('1'), undefined, { chunkSize: CHUNK })
  for (const step of ['build', 'test', 'approve'] as const) await here.lifecycle.take(tiny, step, ann)
  return async () => {
    await here.store.close()
    await there.store.close()
  }
})

const tiny = { name: 'tiny', version: '1' }
const nothing = (): void => {}
const archive = () => archiveImage(here, { ...tiny, file }, nothing)
const bringIn = (from = file) =>
  importImageFile(there, { file: from, format: 'slipway', name: '', version: '' }, nothing)
const trustEachOther = async () => there.keyring.trust(trustedKeyToPem((await here.keyring.trusted())[0]!))

it('carries a version to another appliance, where it verifies and its evidence counts', async () => {
  const { bytes, sha256 } = await archive()
  expect([readFileSync(file).length, sha256]).toEqual([bytes, expect.stringMatching(/^[0-9a-f]{64}$/)])
  await trustEachOther()
  const row = await bringIn()
  expect(await there.library.verify(row.manifestDigest, true)).toMatchObject({ faults: [] })
  const record = await there.lifecycle.record(tiny)
  expect([record.state, record.statements.map(({ kind }) => kind), record.broken]).toEqual([
    ...['approved', ['build', 'testRun', 'approval'], []],
  ])
  await bringIn()
  expect((await there.lifecycle.record(tiny)).statements).toHaveLength(3)
})

it('brings nothing in that nobody trusted has signed', async () => {
  await archive()
  await expect(bringIn()).rejects.toMatchObject({ code: 'image.signature' })
  expect(await there.library.list()).toEqual([])
  expect(existsSync(join(folder, 'there/library/sha256'))).toBe(false)
})

it('lets a revocation count elsewhere too', async () => {
  await here.lifecycle.revoke(tiny, ann)
  await archive()
  await trustEachOther()
  await bringIn()
  expect((await there.lifecycle.record(tiny)).state).toBe('revoked')
})

it('archives what was retired, after which its bytes may go', async () => {
  for (const step of ['deprecate', 'retire'] as const) await here.lifecycle.take(tiny, step, ann)
  expect(await archive()).toMatchObject({ state: 'archived' })
  const record = await here.lifecycle.record(tiny)
  expect(record.statements.at(-1)).toMatchObject({ kind: 'archive', body: { file: 'tiny.slipway' } })
})

type Change = (headers: Headers, body: Buffer) => [Headers, Buffer] | undefined

/** The archive again, with each entry changed or left out. */
async function rewritten(change: Change): Promise<string> {
  const to = join(folder, 'other.slipway')
  const [from, tar] = [extract(), pack()]
  const done = pipeline(tar, createWriteStream(to))
  createReadStream(file).pipe(from)
  for await (const entry of from) {
    const parts: Buffer[] = []
    for await (const part of entry) parts.push(part as Buffer)
    const changed = change(entry.header, Buffer.concat(parts))
    if (changed) tar.entry({ ...changed[0], size: changed[1].length }, changed[1])
  }
  tar.finalize()
  await done
  return to
}

const isBlob = ({ name }: Headers): boolean => name.startsWith('sha256/')
test.each<[string, Change, string]>([
  [
    'a path out of it',
    (head, body) => [isBlob(head) ? { ...head, name: '../../../etc/cron.d/x' } : head, body],
    'image.malformed',
  ],
  [
    'a link for a chunk',
    (head, body) =>
      isBlob(head) ? [{ ...head, type: 'symlink', linkname: '/etc/shadow' }, Buffer.alloc(0)] : [head, body],
    'image.malformed',
  ],
  [
    'a device for a chunk',
    (head, body) => (isBlob(head) ? [{ ...head, type: 'block-device' }, Buffer.alloc(0)] : [head, body]),
    'image.malformed',
  ],
  ['another byte in a chunk', (head, body) => [head, isBlob(head) ? flipped(body) : body], 'image.chunk_corrupt'],
  [
    'another byte in the manifest',
    (head, body) => [head, head.name === 'manifest.json' ? flipped(body) : body],
    'image.signature',
  ],
  ['no chunks', (head, body) => (isBlob(head) ? undefined : [head, body]), 'image.body_truncated'],
  ['no signatures', (head, body) => (head.name === 'signatures.json' ? undefined : [head, body]), 'image.malformed'],
])('refuses an archive with %s, and leaves the library as it was', async (_, change, code) => {
  await archive()
  await trustEachOther()
  await expect(bringIn(await rewritten(change))).rejects.toMatchObject({ code })
  expect(await there.library.list()).toEqual([])
  expect(globSync('there/library/tmp/*', { cwd: folder })).toEqual([])
})

const flipped = (body: Buffer): Buffer => {
  const other = Buffer.from(body)
  other[body.length >> 1]! ^= 1
  return other
}

it('does not lose a chunk of its own to an archive that brings it under another name', async () => {
  await archive()
  await trustEachOther()
  const row = await bringIn()
  const swap: Buffer[] = []
  const lying = await rewritten((head, body) => {
    if (isBlob(head)) swap.push(body)
    return [head, isBlob(head) ? swap[0]! : body]
  })
  await expect(bringIn(lying)).rejects.toMatchObject({ code: expect.stringMatching(/malformed|corrupt/) })
  expect((await there.library.verify(row.manifestDigest, true)).faults).toEqual([])
})

it('refuses an archive that was cut', async () => {
  await archive()
  await trustEachOther()
  truncateSync(file, readFileSync(file).length - 70_000)
  await expect(bringIn()).rejects.toMatchObject({ code: expect.stringMatching(/^image\./) })
  expect(await there.library.list()).toEqual([])
})

it('writes an archive whole or not at all', async () => {
  const stored = await here.library.manifest((await here.library.find('tiny', '1'))!.manifestDigest)
  const [first] = stored.manifest.chunks.filter((chunk) => chunk !== null)
  truncateSync(join(folder, 'here/library/sha256', first!.digest.slice(0, 2), first!.digest), 10)
  await expect(archive()).rejects.toThrow()
  expect(readdirSync(folder).filter((name) => name.includes('slipway'))).toEqual([])
})

it('signs with a new key after a rotation, and takes what the old one signed', async () => {
  const [before] = await here.keyring.trusted()
  const after = await here.keyring.rotate()
  const { row } = await here.library.importDisk({ file: join(folder, 'disk.raw'), format: 'raw' }, factsOf('2'))
  expect((await here.library.content(row.manifestDigest)).signedBy).toBe(after.id)
  const old = (await here.library.find('tiny', '1'))!
  expect((await here.library.content(old.manifestDigest)).signedBy).toBe(before!.id)
  expect((await here.lifecycle.record(tiny)).broken).toEqual([])
  await here.keyring.distrust(before!.id)
  await expect(here.library.content(old.manifestDigest)).rejects.toMatchObject({ code: 'image.signature' })
  await expect(here.keyring.distrust(before!.id)).rejects.toMatchObject({ code: 'resource.not_found' })
})
