import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import type { DiskSource } from '../../src/library/import/raw-disk.ts'
import { createKeyring } from '../../src/library/keyring.ts'
import { createLibrary, type Library } from '../../src/library/library.ts'
import { createStoreHolds } from '../../src/library/store-holds.ts'
import { createStore, type Store } from '../../src/store/create-store.ts'
import { noise } from '../image/manifest-sample.ts'
import { factsOf, temporaryFolder } from './library-fixture.ts'

const CHUNK = 65_536
const MIB = 1024 * 1024
const clock = { now: () => Date.parse('2026-01-02T03:04:05Z') }
let folder: string
let small: string
let store: Store
let library: Library

/** A library on a file system of 6 MiB. */
beforeEach(async () => {
  folder = temporaryFolder()
  small = join(folder, 'small')
  mkdirSync(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', small])
  onTestFinished(() => void execFileSync('umount', [small]))
  store = await createStore(join(folder, 'slipway.db'))
  onTestFinished(() => store.close())
  library = createLibrary({
    ...{ folder: small, index: store.images, keys: createKeyring(join(folder, 'keys')), clock, log: silentLog },
    ...{ holds: createStoreHolds(store.libraryHolds, clock), faults: store.libraryFaults },
    liveFacts: async () => ({ states: new Map(), inRuns: new Set(), now: clock.now(), keepMs: 0 }),
  })
})

const bringIn = (source: DiskSource, version: string) =>
  library.importDisk(source, factsOf(version), undefined, { chunkSize: CHUNK })
const free = (): number => statfsSync(small).bavail * statfsSync(small).bsize

it.each<[string, (raw: Buffer, file: string) => DiskSource]>([
  ['a raw disk', (raw, file) => written(raw, file, { format: 'raw' })],
  [
    'a compressed disk, already as it is unpacked',
    (raw, file) => written(gzipSync(raw), file, { format: 'raw', compression: 'gz' }),
  ],
  ['a qcow2, already as it is converted', (raw, file) => converted(raw, file)],
])('says that there is no room for %s, and frees what it took', async (_, make) => {
  const kept = await bringIn(make(noise(1, MIB), join(folder, 'small.bin')), '1')
  const before = free()
  const tooMuch = make(Buffer.concat([noise(1, MIB), noise(2, 8 * MIB)]), join(folder, 'large.bin'))
  await expect(bringIn(tooMuch, '2')).rejects.toMatchObject({ code: 'storage.full' })
  expect(free()).toBeGreaterThanOrEqual(before - 64 * 1024)
  expect(readdirSync(small)).not.toContain('tmp')
  expect((await library.verify(kept.digest, true)).faults).toEqual([])
  expect((await library.list()).map(({ version }) => version)).toEqual(['1'])
  await bringIn(make(noise(3, MIB), join(folder, 'other.bin')), '3')
})

function written(bytes: Buffer, file: string, how: Omit<DiskSource, 'file'>): DiskSource {
  writeFileSync(file, bytes)
  return { file, ...how }
}

function converted(raw: Buffer, file: string): DiskSource {
  writeFileSync(`${file}.raw`, raw)
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', `${file}.raw`, file])
  return { file, format: 'qcow2' }
}
