import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import { contentKey } from '../../src/library/blobs/blobs.ts'
import type { Garbage } from '../../src/library/care/garbage.ts'
import type { LiveFacts } from '../../src/library/care/live-versions.ts'
import type { BlobSource } from '../../src/library/care/scrub.ts'
import { createKeyring } from '../../src/library/keyring.ts'
import { createLibrary, type Library } from '../../src/library/library.ts'
import { createStoreHolds } from '../../src/library/store-holds.ts'
import { createStore, type Store } from '../../src/store/create-store.ts'
import { noise } from '../image/manifest-sample.ts'
import { factsOf, temporaryFolder } from './library-fixture.ts'

const NOW = Date.parse('2026-01-02T03:04:05Z')
const DAY = 24 * 3_600_000
const CHUNK = 65_536
const clock = { now: () => NOW }

let folder: string
let store: Store
let library: Library
let facts: LiveFacts

beforeEach(async () => {
  folder = temporaryFolder()
  store = await createStore(join(folder, 'slipway.db'))
  facts = { states: new Map(), inRuns: new Set(), now: NOW, keepMs: 30 * DAY }
  library = createLibrary({
    ...{ folder: join(folder, 'library'), index: store.images, keys: createKeyring(join(folder, 'keys')), clock },
    ...{ log: silentLog, holds: createStoreHolds(store.libraryHolds, clock), faults: store.libraryFaults },
    liveFacts: async () => facts,
  })
  return () => store.close()
})

/** A version whose disk is chunks of noise by number; equal numbers are equal chunks. */
async function version(name: string, ...chunks: number[]) {
  const file = join(folder, `${name}.raw`)
  writeFileSync(file, Buffer.concat(chunks.map((seed) => noise(seed, CHUNK))))
  const { row, manifest } = await library.importDisk(
    { file, format: 'raw' },
    { ...factsOf('1'), name },
    ...[undefined, { chunkSize: CHUNK }],
  )
  return { row, digests: manifest.chunks.map((chunk) => chunk!.digest), digest: row.manifestDigest }
}
const pathOf = (digest: string): string => join(folder, 'library', contentKey(digest))
const keysOf = ({ blobs }: Garbage): string[] => blobs.map(({ key }) => key)
const state = (digest: string, as: 'retired' | 'archived' | 'deprecated', since = 0): void => {
  facts = { ...facts, states: new Map([...facts.states, [digest, { state: as, since }]]) }
}

it('collects what only retired versions needed, and nothing that a live one shares', async () => {
  const [old, live] = [await version('old', 1, 2, 3), await version('live', 3, 4)]
  state(old.digest, 'retired')
  const plan = await library.garbage.plan()
  expect(keysOf(plan).sort()).toEqual([old.digests[0]!, old.digests[1]!].map(contentKey).sort())
  expect(plan.bytes).toBe(await library.garbage.collect().then(({ bytes }) => bytes))
  expect((await library.verify(live.digest, true)).faults).toEqual([])
  expect((await library.verify(old.digest, false)).faults.map(({ problem }) => problem)).toEqual(['missing', 'missing'])
  expect(keysOf(await library.garbage.plan())).toEqual([])
})

it('keeps the bytes of what a run deploys, of what was retired lately, and of what is only deprecated', async () => {
  const [inRun, young, deprecated] = [await version('a', 1), await version('b', 2), await version('c', 3)]
  state(inRun.digest, 'retired')
  state(young.digest, 'retired', NOW - 29 * DAY)
  state(deprecated.digest, 'deprecated')
  facts = { ...facts, inRuns: new Set([inRun.digest]) }
  expect(keysOf(await library.garbage.plan())).toEqual([])
  facts = { ...facts, inRuns: new Set() }
  expect(keysOf(await library.garbage.plan())).toEqual([contentKey(inRun.digests[0]!)])
})

it('collects what an import left that never got its name', async () => {
  const kept = await version('kept', 1)
  const file = join(folder, 'two.raw')
  writeFileSync(file, noise(9, 3 * CHUNK))
  truncateSync(file, 3 * CHUNK - 512)
  const cut = library.importDisk({ file, format: 'raw' }, factsOf('2'), () => truncateSync(file, 3 * CHUNK - 1024), {
    chunkSize: CHUNK,
  })
  await expect(cut).rejects.toThrow()
  expect((await library.garbage.collect()).blobs.length).toBeGreaterThan(0)
  expect((await library.verify(kept.digest, true)).faults).toEqual([])
})

it('does not collect while something comes in, and says what', async () => {
  const holds = createStoreHolds(store.libraryHolds, clock)
  await holds.during('change', 'import of tiny 7', async () => {
    await expect(library.garbage.collect()).rejects.toMatchObject({
      code: 'library.busy',
      message: expect.stringMatching(/import of tiny 7, since 2026-01-02/),
    })
  })
  await library.garbage.collect()
})

it('takes a hold whose process is gone for none', async () => {
  const gone = { id: 'x', work: 'change' as const, says: 'an import that was killed', since: 1, process: 'boot:1:1' }
  await store.libraryHolds.take({ ...gone }, () => undefined)
  expect(await store.libraryHolds.list()).toHaveLength(1)
  // The same row as another process would have left it.
  const { default: Database } = await import('better-sqlite3')
  const database = new Database(join(folder, 'slipway.db'))
  database.prepare(`update library_holds set process = 'boot:1:1'`).run()
  database.close()
  expect(await store.libraryHolds.list()).toEqual([])
  await library.garbage.collect()
})

it('removes nothing when a live manifest can not be read', async () => {
  const [one, two] = [await version('one', 1), await version('two', 2)]
  truncateSync(pathOf(one.digest), 10)
  await expect(library.garbage.collect()).rejects.toMatchObject({ code: 'image.chunk_corrupt' })
  expect(existsSync(pathOf(two.digests[0]!)) && existsSync(pathOf(one.digests[0]!))).toBe(true)
})

it('tells who takes how much: stored, its own, shared', async () => {
  const [one, two] = [await version('one', 1, 2), await version('two', 2, 3, 3)]
  const length = async (digest: string) => (await library.openChunk(digest)).size
  const [a, b, c] = await Promise.all([one.digests[0]!, one.digests[1]!, two.digests[1]!].map(length))
  const report = await library.space()
  expect(report.images).toEqual([
    expect.objectContaining({ name: 'one', stored: a! + b!, exclusive: a!, shared: b! }),
    expect.objectContaining({ name: 'two', stored: b! + c!, exclusive: c!, shared: b! }),
  ])
  expect(report.blobs).toBe(3 + 2 * 2)
})

it('finds a damaged chunk, puts it aside, notes it and fetches it from whoever has it whole', async () => {
  const { digests, digest } = await version('one', 1, 2, 3)
  const whole = readFileSync(pathOf(digests[1]!))
  const damaged = Buffer.from(whole)
  damaged[100]! ^= 1
  writeFileSync(pathOf(digests[1]!), damaged)
  const from = (name: string, bytes: Buffer | undefined): BlobSource => ({
    name,
    open: async () => bytes && Readable.from([bytes]),
  })
  const nobody = await library.scrub([from('empty', undefined), from('wrong', damaged)], Number.POSITIVE_INFINITY)
  expect(nobody.faults).toEqual([
    expect.objectContaining({ digest: digests[1], problem: 'corrupt', healedFrom: undefined }),
  ])
  expect(readdirSync(join(folder, 'library/quarantine'))).toEqual([digests[1]])
  expect((await store.libraryFaults.list())[0]).toMatchObject({ digest: digests[1], healedAt: null })
  const again = await library.scrub([from('wrong', damaged), from('depot', whole)], Number.POSITIVE_INFINITY)
  expect(again.faults).toEqual([expect.objectContaining({ problem: 'missing', healedFrom: 'depot' })])
  expect((await store.libraryFaults.list())[0]).toMatchObject({ healedAt: NOW, healedFrom: 'depot' })
  expect((await library.verify(digest, true)).faults).toEqual([])
  expect(await library.scrub([], Number.POSITIVE_INFINITY)).toMatchObject({ blobs: 3, faults: [] })
})

it('looks no faster than it may', async () => {
  await version('one', 1, 2)
  const started = performance.now()
  const { bytes } = await library.scrub([], 1_000_000)
  expect(performance.now() - started).toBeGreaterThan((bytes / 1_000_000) * 1000 - 50)
})

const files = { kind: 'files' as const, boot: { kernel: null, initrd: null }, images: [] }

it('stores files once each, with the links among them, and proves them', async () => {
  const root = join(folder, 'tree')
  mkdirSync(join(root, 'drivers'), { recursive: true })
  writeFileSync(join(root, 'a.txt'), 'same')
  writeFileSync(join(root, 'drivers/b.txt'), 'same')
  writeFileSync(join(root, 'drivers/empty'), '')
  symlinkSync('b.txt', join(root, 'drivers/latest'))
  symlinkSync('.', join(root, 'self'))
  const { manifest, row } = await library.importFiles(root, { ...factsOf('1'), ...files })
  expect(manifest.files.map(({ path, size }) => [path, size])).toEqual([
    ...[
      ['a.txt', 4],
      ['drivers/b.txt', 4],
      ['drivers/empty', 0],
    ],
  ])
  expect(manifest.links).toEqual([
    { path: 'drivers/latest', target: 'drivers/b.txt' },
    { path: 'self', target: '.' },
  ])
  expect(row).toMatchObject({ kind: 'files', size: 8, storedBytes: 4, ownBytes: 4 })
  expect(await library.verify(row.manifestDigest, true)).toMatchObject({ chunks: 2, faults: [] })
  await expect(library.manifest(row.manifestDigest)).rejects.toThrow(
    /expected a disk image, got tiny 1, which is files/,
  )
  writeFileSync(pathOf(manifest.files[0]!.digest), 'SAME')
  expect((await library.verify(row.manifestDigest, true)).faults).toMatchObject([{ index: 0, problem: 'corrupt' }])
})

it.each([
  ['to the root of the host', '/etc/shadow'],
  ['out of the folder', '../outside'],
])('refuses a link %s, and stores nothing', async (_, target) => {
  const root = join(folder, 'tree')
  mkdirSync(root)
  symlinkSync(target, join(root, 'link'))
  await expect(library.importFiles(root, { ...factsOf('1'), ...files })).rejects.toMatchObject({
    code: 'image.malformed',
  })
  expect(await library.list()).toEqual([])
})
