import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { beforeEach, expect, it, test } from 'vitest'
import type { Compression } from '../../src/library/import/compressions.ts'
import { confinedCommand } from '../../src/library/import/confined.ts'
import type { DiskFormat } from '../../src/library/import/disk-formats.ts'
import { noise } from '../image/manifest-sample.ts'
import { createTestLibrary, factsOf, temporaryFolder } from './library-fixture.ts'

const MIB = 1024 * 1024
let folder: string
let raw: string

beforeEach(() => {
  folder = temporaryFolder()
  raw = join(folder, 'disk.raw')
  writeFileSync(raw, Buffer.concat([noise(5, MIB), Buffer.alloc(3 * MIB), noise(6, MIB)]))
})

const qemuImg = (...args: string[]): string => execFileSync('qemu-img', args, { encoding: 'utf8' })
const imported = (
  source: { file: string; format: DiskFormat; compression?: Compression },
  version = '1',
  maxDiskBytes?: number,
) =>
  createTestLibrary(join(folder, 'library'), maxDiskBytes).importDisk(source, factsOf(version), undefined, {
    chunkSize: 65_536,
  })
const leftOver = (): string[] => readdirSync(join(folder, 'library', 'tmp'))

const KINDS: [string, DiskFormat, string[]][] = [
  ['vmdk', 'vmdk', ['-O', 'vmdk']],
  ['stream-optimised vmdk', 'vmdk', ['-O', 'vmdk', '-o', 'subformat=streamOptimized']],
  ['dynamic vhd', 'vhd', ['-O', 'vpc', '-o', 'force_size=on']],
  ['fixed vhd', 'vhd', ['-O', 'vpc', '-o', 'force_size=on,subformat=fixed']],
  ['vhdx', 'vhdx', ['-O', 'vhdx']],
]

test.each(KINDS)('imports a %s as the same chunks as its raw disk', async (_, format, flags) => {
  const file = join(folder, 'disk')
  qemuImg('convert', '-f', 'raw', ...flags, raw, file)
  const there = await imported({ file, format })
  const fromRaw = await imported({ file: raw, format: 'raw' }, '2')
  expect(there.manifest.chunks).toEqual(fromRaw.manifest.chunks)
  expect(leftOver()).toEqual([])
})

test.each(KINDS)('refuses a %s that was cut', async (_, format, flags) => {
  const file = join(folder, 'disk')
  qemuImg('convert', '-f', 'raw', ...flags, raw, file)
  truncateSync(file, Math.floor((statSync(file).size * 2) / 3 / 512) * 512)
  await expect(imported({ file, format })).rejects.toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^(image\.(body_truncated|malformed)|program\.failed)$/) }),
  )
  expect(leftOver()).toEqual([])
})

const vmdkText = (extent: string): string =>
  [
    '# Disk DescriptorFile',
    'version=1',
    'CID=fffffffe',
    'parentCID=ffffffff',
    'createType="monolithicFlat"',
    '',
    extent,
  ]
    .join('\n')
    .padEnd(1024, '\n')

test.each<[string, DiskFormat, (secret: string, file: string) => void, RegExp]>([
  ['a vmdk descriptor whose extent is another file', 'vmdk', flatVmdk, /sparse extent’s header/],
  ['a vmdk without a capacity, whose descriptor counts', 'vmdk', hollowVmdk, /capacity/],
  ['a vmdk with a parent', 'vmdk', childVmdk, /no parent/],
  ['a differencing vhd', 'vhd', differencingVhd, /got type 4/],
  ['a qcow2 that is called raw', 'raw', (_, file) => void qemuImg('create', '-q', '-f', 'qcow2', file, '1M'), /begins/],
  ['a vmdk that is called raw', 'raw', (_, file) => void qemuImg('create', '-q', '-f', 'vmdk', file, '1M'), /begins/],
  ['a raw disk that is called vhdx', 'vhdx', (_, file) => writeFileSync(file, noise(1, MIB)), /begins with vhdxfile/],
])('refuses %s, and reads nothing that it points at', async (_, format, make, message) => {
  const [secret, file] = [join(folder, 'secret'), join(folder, 'disk')]
  writeFileSync(secret, noise(7, MIB))
  make(secret, file)
  writeFileSync(secret, noise(8, MIB))
  const before = statSync(secret, { bigint: true }).atimeNs
  await expect(imported({ file, format })).rejects.toMatchObject({
    code: 'image.malformed',
    message: expect.stringMatching(message),
  })
  expect(statSync(secret, { bigint: true }).atimeNs).toBe(before)
  expect(leftOver()).toEqual([])
})

function flatVmdk(secret: string, file: string): void {
  writeFileSync(file, vmdkText(`RW 2048 FLAT "${secret}" 0`))
}

/** qemu-img takes a header whose capacity is 0 for a mere wrapper of the descriptor, extents and all. */
function hollowVmdk(secret: string, file: string): void {
  const head = Buffer.alloc(64 * 1024)
  qemuImg('create', '-q', '-f', 'vmdk', file, '1M')
  readFileSync(file).copy(head, 0, 0, 512)
  head.writeBigUInt64LE(0n, 12)
  head.write(vmdkText(`RW 2048 FLAT "${secret}" 0`), Number(head.readBigUInt64LE(28)) * 512)
  writeFileSync(file, head)
}

function childVmdk(secret: string, file: string): void {
  qemuImg('create', '-q', '-f', 'vmdk', `${secret}.vmdk`, '1M')
  qemuImg('create', '-q', '-f', 'vmdk', '-b', `${secret}.vmdk`, '-F', 'vmdk', file)
}

function differencingVhd(_: string, file: string): void {
  qemuImg('create', '-q', '-f', 'vpc', file, '1M')
  const bytes = readFileSync(file)
  bytes.writeUInt32BE(4, bytes.length - 512 + 60)
  writeFileSync(file, bytes)
}

test.each([
  'json:{"driver":"raw","file":{"driver":"file","filename":"/etc/shadow"}}',
  'nbd:127.0.0.1:9',
  'http://127.0.0.1:9/x',
])('takes the name %s for a file that is not there', async (file) => {
  await expect(imported({ file, format: 'qcow2' })).rejects.toMatchObject({ code: 'image.malformed' })
})

const COMPRESSED: [Compression, (bytes: Buffer) => Buffer][] = [
  ['xz', (bytes) => execFileSync('xz', ['-0', '--stdout'], { input: bytes, maxBuffer: 64 * MIB })],
  ['gz', (bytes) => gzipSync(bytes)],
  ['zst', (bytes) => zstdCompressSync(bytes)],
]

test.each(COMPRESSED)('imports a disk compressed as %s, holes and all', async (compression, compress) => {
  const file = join(folder, 'disk.bin')
  writeFileSync(file, compress(readFileSync(raw)))
  const there = await imported({ file, format: 'raw', compression })
  const fromRaw = await imported({ file: raw, format: 'raw' }, '2')
  expect(there.manifest.chunks).toEqual(fromRaw.manifest.chunks)
  expect(leftOver()).toEqual([])
})

test.each(COMPRESSED)('refuses a %s stream that was cut', async (compression, compress) => {
  const bytes = compress(readFileSync(raw))
  const file = join(folder, 'disk.bin')
  writeFileSync(file, bytes.subarray(0, bytes.length - 5000))
  await expect(imported({ file, format: 'raw', compression })).rejects.toMatchObject({ code: 'image.body_truncated' })
  expect(leftOver()).toEqual([])
})

test.each(COMPRESSED)(
  'stops a %s bomb at the bound, having written none of its zeros',
  async (compression, compress) => {
    const file = join(folder, 'bomb')
    writeFileSync(file, compress(Buffer.alloc(64 * MIB)))
    await expect(imported({ file, format: 'raw', compression }, '1', 8 * MIB)).rejects.toThrow(/at most 8388608 bytes/)
    expect(leftOver()).toEqual([])
  },
)

it('refuses 16 TiB of virtual size before anything of it is written', async () => {
  const file = join(folder, 'huge.qcow2')
  qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=2M', file, '16T')
  await expect(imported({ file, format: 'qcow2' })).rejects.toThrow(/at most 1099511627776 bytes, got 17592186044416/)
})

it('lets a program see the files it was handed, and neither the others nor the network', () => {
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'secret', { mode: 0o600 })
  const bounds = { memoryBytes: 1024 ** 3, fileBytes: 0, timeoutMs: 5000 }
  const run = (script: string, read: Record<string, string> = {}): string => {
    const [command, args] = confinedCommand({ program: 'sh', args: ['-c', `(${script}) 2>&1 || true`], read, bounds })
    return execFileSync(command, args, { encoding: 'utf8' })
  }
  expect(run('cat /source', { '/source': secret })).toBe('secret')
  expect(run(`cat ${secret} /etc/shadow`)).not.toContain('root:')
  expect(
    run('ls /proc/net/ && cat /proc/net/dev')
      .match(/^\s*(\w+):/gm)
      ?.map((name) => name.trim()),
  ).toEqual(['lo:'])
  expect(run('echo x > /source', { '/source': secret })).toMatch(/Read-only|Permission|File too large/)
  expect(run('id -u').trim()).toBe('65534')
})
