import { appendFileSync, globSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it, test } from 'vitest'
import { decompressChunk } from '../../src/image/chunk-codec.ts'
import { chunkRange } from '../../src/image/manifest.ts'
import { contentKey } from '../../src/library/blobs/blobs.ts'
import type { Library } from '../../src/library/library.ts'
import { noise } from '../image/manifest-sample.ts'
import { createTestLibrary, factsOf, temporaryFolder } from './library-fixture.ts'

const CHUNK = 64 * 1024
const options = { chunkSize: CHUNK }
let folder: string
let disk: string
let library: Library

beforeEach(() => {
  folder = temporaryFolder()
  disk = join(folder, 'disk.raw')
  library = createTestLibrary(join(folder, 'library'))
})

/** A disk of ten and a half chunks: noise in 0, 3 (twice the same) and 10; written zeros in 5; holes elsewhere. */
async function writeDisk(): Promise<Buffer> {
  const bytes = Buffer.alloc(10.5 * CHUNK)
  noise(1, CHUNK).copy(bytes, 0)
  noise(1, CHUNK).copy(bytes, 3 * CHUNK)
  noise(2, CHUNK / 2).copy(bytes, 10 * CHUNK)
  const file = await open(disk, 'w')
  await file.truncate(bytes.length)
  for (const index of [0, 3, 5]) await file.write(bytes, index * CHUNK, CHUNK, index * CHUNK)
  await file.write(bytes, 10 * CHUNK, CHUNK / 2, 10 * CHUNK)
  await file.close()
  return bytes
}

const importVersion = (version: string, parent: string | null = null) =>
  library.importDisk({ file: disk, format: 'raw' }, factsOf(version, parent), undefined, options)

it('imports a sparse disk: holes have no bytes, equal chunks are stored once, the last is short', async () => {
  const bytes = await writeDisk()
  const seen: number[] = []
  const source = { file: disk, format: 'raw' } as const
  const { digest, row } = await library.importDisk(source, factsOf('1'), (done) => seen.push(done), options)
  const { manifest, signedBy } = await library.manifest(digest)
  expect(manifest.chunks.flatMap((chunk, index) => (chunk ? [index] : []))).toEqual([0, 3, 10])
  expect(manifest.chunks[3]).toEqual(manifest.chunks[0])
  expect(globSync('sha256/*/*', { cwd: join(folder, 'library') })).toHaveLength(3)
  expect(row).toMatchObject({ size: bytes.length, manifestDigest: digest, createdAt: '2026-01-02T03:04:05.000Z' })
  expect(row.ownBytes).toBe(row.storedBytes)
  expect(signedBy).toBe((await library.trustedKeys())[0]!.id)
  expect([...seen].sort((a, b) => a - b)).toEqual(seen)
  expect(seen.at(-1)).toBe(bytes.length)
})

it('gives the disk back, and does not replace a file by it', async () => {
  const bytes = await writeDisk()
  const { digest } = await importVersion('1')
  const copy = join(folder, 'copy.raw')
  await library.exportDisk(digest, copy)
  expect(readFileSync(copy).equals(bytes)).toBe(true)
  await expect(library.exportDisk(digest, copy)).rejects.toThrow('EEXIST')
})

it('opens stored bytes of a chunk by digest, whole or in part', async () => {
  const bytes = await writeDisk()
  const { manifest } = await importVersion('1')
  const chunk = manifest.chunks[10]!
  const whole = Buffer.concat(await (await library.openChunk(chunk.digest)).stream.toArray())
  const part = Buffer.concat(await (await library.openChunk(chunk.digest, { start: 5, end: 9 })).stream.toArray())
  expect(part).toEqual(whole.subarray(5, 10))
  const { offset, length } = chunkRange(manifest, 10)
  expect(Buffer.from(decompressChunk(whole, chunk, length)).equals(bytes.subarray(offset))).toBe(true)
})

it('stores only what a next version changed', async () => {
  const bytes = await writeDisk()
  const first = await importVersion('1')
  noise(3, CHUNK).copy(bytes, 7 * CHUNK)
  writeFileSync(disk, bytes)
  const second = await importVersion('2', first.digest)
  const own = second.manifest.chunks[7]!
  expect(second.manifest.parent).toBe(first.digest)
  expect(second.manifest.chunks.filter((_, index) => index !== 7)).toEqual(
    first.manifest.chunks.filter((_, index) => index !== 7),
  )
  expect(second.row).toMatchObject({ ownBytes: own.length, storedBytes: first.row.storedBytes + own.length })
})

it('packs a chunk again when its parent has it and the library lost it', async () => {
  await writeDisk()
  const first = await importVersion('1')
  const lost = first.manifest.chunks[10]!
  rmSync(join(folder, 'library', contentKey(lost.digest)))
  const second = await importVersion('2')
  expect((await library.verify(second.digest, true)).faults).toEqual([])
})

it('refuses a version that is there before it reads the disk', async () => {
  await writeDisk()
  await importVersion('1')
  rmSync(disk)
  await expect(importVersion('1')).rejects.toMatchObject({ code: 'image.exists' })
})

it('makes no version visible when an import is cancelled', async () => {
  await writeDisk()
  const abort = new AbortController()
  const source = { file: disk, format: 'raw' } as const
  const stop = () => abort.abort(new Error('stopped'))
  await expect(library.importDisk(source, factsOf('1'), stop, { ...options, signal: abort.signal })).rejects.toThrow(
    'stopped',
  )
  expect(await library.list()).toEqual([])
  expect(await library.find('tiny')).toBeUndefined()
  expect((await importVersion('1')).row.version).toBe('1')
})

test.each([
  ['a parent that is not there', factsOf('1', 'f'.repeat(64)), 'image.not_found'],
  ['a name that is a path', { ...factsOf('1'), name: '../x' }, 'image.malformed'],
])('refuses %s', async (_, facts, code) => {
  await writeDisk()
  await expect(library.importDisk({ file: disk, format: 'raw' }, facts)).rejects.toMatchObject({ code })
  expect(await library.list()).toEqual([])
})

test.each([
  ['a missing file', () => {}, 'image.malformed'],
  ['an empty file', () => writeFileSync(disk, ''), 'image.malformed'],
  ['a file that ends inside a sector', () => writeFileSync(disk, Buffer.alloc(1000)), 'image.malformed'],
  ['a disk above the limit', () => truncateSync(disk, 2 ** 40 + 512), 'image.malformed'],
  ['a disk cut before its backup GPT', () => appendFileSync(disk, gptHead(9999)), 'image.body_truncated'],
])('refuses %s', async (name, prepare, code) => {
  if (name !== 'a missing file') writeFileSync(disk, '')
  prepare()
  await expect(importVersion('1')).rejects.toMatchObject({ code })
})

it('refuses a file that is not the one whose digest the caller knows', async () => {
  await writeDisk()
  const source = { file: disk, format: 'raw', sha256: '0'.repeat(64) } as const
  await expect(library.importDisk(source, factsOf('1'))).rejects.toMatchObject({ code: 'image.body_truncated' })
})

it('refuses a disk that changes while it is imported', async () => {
  await writeDisk()
  const change = () => appendFileSync(disk, Buffer.alloc(512))
  await expect(library.importDisk({ file: disk, format: 'raw' }, factsOf('1'), change, options)).rejects.toThrow(
    'to stay as it is',
  )
})

it('finds a corrupted chunk by reading deep and names it', async () => {
  await writeDisk()
  const { digest, manifest } = await importVersion('1')
  const bad = manifest.chunks[10]!
  const path = join(folder, 'library', contentKey(bad.digest))
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 1
  writeFileSync(path, bytes)
  expect((await library.verify(digest, false)).faults).toEqual([])
  expect((await library.verify(digest, true)).faults).toEqual([
    { index: 10, digest: bad.digest, problem: 'corrupt', message: expect.stringContaining('chunk at index 10: chunk') },
  ])
})

test.each([
  ['missing', (path: string) => rmSync(path)],
  ['truncated', (path: string) => truncateSync(path, 10)],
  ['corrupt', (path: string) => appendFileSync(path, 'x')],
] as const)('finds a %s chunk without reading deep', async (problem, harm) => {
  await writeDisk()
  const { digest, manifest } = await importVersion('1')
  harm(join(folder, 'library', contentKey(manifest.chunks[0]!.digest)))
  expect((await library.verify(digest, false)).faults).toMatchObject([{ index: 0, problem }])
})

test.each([
  ['changed manifest bytes', (digest: string) => contentKey(digest), 'image.chunk_corrupt'],
  ['changed signatures', (digest: string) => `signatures/${digest}`, 'image.signature'],
])('does not hand out a manifest with %s', async (_, keyOf, code) => {
  await writeDisk()
  const { digest } = await importVersion('1')
  const path = join(folder, 'library', keyOf(digest))
  writeFileSync(path, readFileSync(path, 'utf8').replace('1', '2'))
  await expect(library.manifest(digest)).rejects.toMatchObject({ code })
})

it('says that a manifest is not there', async () => {
  await expect(library.manifest('a'.repeat(64))).rejects.toMatchObject({ code: 'image.not_found' })
})

function gptHead(alternate: number): Buffer {
  const bytes = Buffer.alloc(4096)
  bytes.write('EFI PART', 512, 'latin1')
  bytes.writeBigUInt64LE(BigInt(alternate), 544)
  return bytes
}
