import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, test } from 'vitest'
import { checkQcow2Header } from '../../src/library/import/qcow2-header.ts'
import { noise } from '../image/manifest-sample.ts'
import { createTestLibrary, factsOf, temporaryFolder } from './library-fixture.ts'

const MIB = 1024 * 1024
let folder: string
let secret: string
let image: string

beforeEach(() => {
  folder = temporaryFolder()
  secret = join(folder, 'secret.raw')
  image = join(folder, 'disk.qcow2')
  writeFileSync(secret, noise(5, MIB))
})

const qemuImg = (...args: string[]): string => execFileSync('qemu-img', args, { encoding: 'utf8' })
const library = (maxDiskBytes?: number) => createTestLibrary(join(folder, 'library'), maxDiskBytes)
const importImage = (maxDiskBytes?: number) =>
  library(maxDiskBytes).importDisk({ file: image, format: 'qcow2' }, factsOf('1'), undefined, { chunkSize: 65_536 })
const temporaryFiles = (): string[] => readdirSync(join(folder, 'library', 'tmp'))

test.each([
  ['plain', []],
  ['compressed', ['-c']],
  ['old', ['-o', 'compat=0.10']],
])('imports a %s qcow2 as the same chunks as its raw disk', async (_, flags) => {
  qemuImg('convert', '-f', 'raw', '-O', 'qcow2', ...flags, secret, image)
  const fromQcow2 = await importImage()
  const options = { chunkSize: 65_536 }
  const fromRaw = await library().importDisk({ file: secret, format: 'raw' }, factsOf('2'), undefined, options)
  expect(fromQcow2.manifest.chunks).toEqual(fromRaw.manifest.chunks)
  expect(temporaryFiles()).toEqual([])
})

test.each([
  ['a backing file', () => ['-b', secret, '-F', 'raw', image], 'no backing file'],
  ['an external data file', () => ['-o', `data_file=${secret},data_file_raw=on`, image, '1M'], 'no external data file'],
])('refuses %s and reads nothing that it points at', async (_, args, message) => {
  qemuImg('create', '-q', '-f', 'qcow2', ...args())
  // Unreadable contents would show as an error of another kind, a followed pointer as a newer access time.
  writeFileSync(secret, noise(6, MIB))
  const before = statSync(secret, { bigint: true }).atimeNs
  await expect(importImage()).rejects.toMatchObject({
    code: 'image.malformed',
    message: expect.stringContaining(message),
  })
  expect(statSync(secret, { bigint: true }).atimeNs).toBe(before)
  expect(temporaryFiles()).toEqual([])
})

it('refuses a truncated qcow2, which qemu-img would read as zeros', async () => {
  qemuImg('convert', '-f', 'raw', '-O', 'qcow2', secret, image)
  truncateSync(image, statSync(image).size - MIB / 2)
  await expect(importImage()).rejects.toMatchObject({ code: 'image.body_truncated' })
  expect(temporaryFiles()).toEqual([])
})

it('refuses a disk above the limit before it writes any of it', async () => {
  qemuImg('create', '-q', '-f', 'qcow2', image, '1G')
  await expect(importImage(MIB)).rejects.toThrow(`at most ${MIB} bytes, got ${1024 * MIB}`)
})

it('refuses a raw file that is called qcow2, and a qcow2 that is called raw', async () => {
  qemuImg('create', '-q', '-f', 'qcow2', '-b', secret, '-F', 'raw', image)
  truncateSync(image, 256 * 1024)
  const asRaw = library().importDisk({ file: image, format: 'raw' }, factsOf('1'))
  await expect(asRaw).rejects.toMatchObject({ code: 'image.malformed', message: expect.stringMatching(/begins with/) })
  const asQcow2 = library().importDisk({ file: secret, format: 'qcow2' }, factsOf('1'))
  await expect(asQcow2).rejects.toMatchObject({ code: 'image.malformed' })
})

test.each([
  ['a backing file', (head: Buffer) => head.writeBigUInt64BE(512n, 8), 'no backing file, got one'],
  ['the name of a backing file', (head: Buffer) => head.writeUInt32BE(9, 16), 'no backing file, got one'],
  ['encryption', (head: Buffer) => head.writeUInt32BE(2, 32), 'no encryption, got method 2'],
  ['an external data file', (head: Buffer) => head.writeBigUInt64BE(4n, 72), 'no external data file, got one'],
  [
    'features that nobody knows',
    (head: Buffer) => head.writeBigUInt64BE(1n << 9n, 72),
    'known features, got bits 0x200',
  ],
  ['a later version', (head: Buffer) => head.writeUInt32BE(4, 4), 'qcow2 version 2 or 3, got 4'],
  ['another format', (head: Buffer) => head.write('QED', 0), 'a qcow2 header, got another'],
])('refuses a header with %s', (_, change, message) => {
  qemuImg('create', '-q', '-f', 'qcow2', image, '1M')
  const head = readFileSync(image).subarray(0, 104)
  expect(() => checkQcow2Header(head)).not.toThrow()
  change(head)
  expect(() => checkQcow2Header(head)).toThrow(`expected a self-contained qcow2 file with ${message}`)
})

it.each([0, 3, 71, 103])('refuses a header that ends after %i bytes', (length) => {
  qemuImg('create', '-q', '-f', 'qcow2', image, '1M')
  const head = readFileSync(image).subarray(0, length)
  expect(() => checkQcow2Header(head)).toThrow(expect.objectContaining({ code: 'image.malformed' }))
})
