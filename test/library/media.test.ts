import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, test } from 'vitest'
import { findBootFiles, findKernelPair } from '../../src/library/import/installer-tree.ts'
import { statedFormat } from '../../src/library/import/stated-format.ts'
import { noise } from '../image/manifest-sample.ts'
import { createTestLibrary, factsOf, temporaryFolder } from './library-fixture.ts'

let folder: string
let tree: string

beforeEach(() => {
  folder = temporaryFolder()
  tree = join(folder, 'tree')
  mkdirSync(join(tree, 'install.amd'), { recursive: true })
  mkdirSync(join(tree, 'pool/main'), { recursive: true })
  writeFileSync(join(tree, 'install.amd/vmlinuz'), noise(1, 10_000))
  writeFileSync(join(tree, 'install.amd/initrd.gz'), noise(2, 20_000))
  writeFileSync(join(tree, 'pool/main/a package with a long name_1.0-1_amd64.deb'), noise(3, 5000))
})

const library = () => createTestLibrary(join(folder, 'library'))
const iso = (): string => {
  const file = join(folder, 'medium.iso')
  execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-r', '-J', '-o', file, tree], { stdio: 'ignore' })
  return file
}
const named = { name: 'debian', version: '12', provenance: factsOf('1').provenance }
const leftOver = (): string[] => readdirSync(join(folder, 'library/tmp'))

it('takes an ISO apart into files, and finds the kernel and initrd of its installer', async () => {
  symlinkSync('.', join(tree, 'debian'))
  const there = library()
  const { manifest, row } = await there.importIso(iso(), named)
  expect(manifest.files.map(({ path, size }) => [path, size])).toEqual([
    ['install.amd/initrd.gz', 20_000],
    ['install.amd/vmlinuz', 10_000],
    ['pool/main/a package with a long name_1.0-1_amd64.deb', 5000],
  ])
  expect(manifest).toMatchObject({
    ...{ kind: 'installer', links: [{ path: 'debian', target: '.' }] },
    boot: { kernel: 'install.amd/vmlinuz', initrd: 'install.amd/initrd.gz' },
  })
  expect((await there.verify(row.manifestDigest, true)).faults).toEqual([])
  expect(leftOver()).toEqual([])
})

test.each([
  [
    'a link out of it',
    () => symlinkSync('../../../etc/shadow', join(tree, 'pool/passwords')),
    /link to something beside it/,
  ],
  ['a link to the root of the host', () => symlinkSync('/etc', join(tree, 'etc')), /link to something beside it/],
  ['a device', () => void execFileSync('mknod', [join(tree, 'disk'), 'b', '8', '0']), /something else at '\/disk'/],
])('refuses an ISO with %s', async (_, add, message) => {
  add()
  const there = library()
  await expect(there.importIso(iso(), named)).rejects.toMatchObject({
    ...{ code: 'image.malformed', message: expect.stringMatching(message) },
  })
  expect([await there.list(), leftOver()]).toEqual([[], []])
})

it('refuses an ISO that was cut, and what is none', async () => {
  const cut = iso()
  truncateSync(cut, 300 * 1024)
  await expect(library().importIso(cut, named)).rejects.toMatchObject({ code: 'image.body_truncated' })
  writeFileSync(cut, noise(9, 100_000))
  await expect(library().importIso(cut, named)).rejects.toMatchObject({ code: 'image.malformed' })
  expect(leftOver()).toEqual([])
})

it('refuses an ISO whose files are far more than itself', async () => {
  writeFileSync(join(tree, 'big'), Buffer.alloc(40 * 1024 * 1024))
  const file = iso()
  const medium = execFileSync('cat', [file], { maxBuffer: 1 << 28 })
  // Every directory record of `big` is made to say 3 GB: the bytes are not there, the size is.
  for (let at = medium.indexOf('BIG'); at > 0; at = medium.indexOf('BIG', at + 3)) {
    if (medium.readUInt32LE(at - 33 + 10) !== 40 * 1024 * 1024) continue
    medium.writeUInt32LE(3_000_000_000, at - 33 + 10)
    medium.writeUInt32BE(3_000_000_000, at - 33 + 14)
  }
  writeFileSync(file, medium)
  await expect(library().importIso(file, named)).rejects.toMatchObject({ code: 'image.malformed' })
})

it('stores a WIM with the names of its images, and refuses what is none', async () => {
  const wim = join(folder, 'install.wim')
  for (const [at, name] of ['Server Core', 'Server Desktop'].entries())
    execFileSync('wimlib-imagex', [at === 0 ? 'capture' : 'append', tree, wim, name], { stdio: 'ignore' })
  const { manifest, row } = await library().importWim(wim, named)
  expect(manifest.images).toEqual([
    { index: 1, name: 'Server Core' },
    { index: 2, name: 'Server Desktop' },
  ])
  expect([row.kind, manifest.files.map(({ path }) => path)]).toEqual(['wim', ['install.wim']])
  writeFileSync(wim, noise(4, 5000))
  await expect(library().importWim(wim, named)).rejects.toMatchObject({ code: 'image.malformed' })
})

it.each([
  ['casper/vmlinuz', 'casper/initrd'],
  ['images/pxeboot/vmlinuz', 'images/pxeboot/initrd.img'],
])('knows the kernel %s of another maker', async (kernel, initrd) => {
  const other = join(folder, 'other')
  for (const path of [kernel, initrd]) {
    mkdirSync(join(other, path, '..'), { recursive: true })
    writeFileSync(join(other, path), '')
  }
  expect(await findBootFiles(other)).toEqual({ kernel, initrd })
})

it.each([
  ['disk.img', { kind: 'disk', format: 'raw' }],
  ['a/Disk.VMDK', { kind: 'disk', format: 'vmdk' }],
  ['disk.img.xz', { kind: 'disk', format: 'raw', compression: 'xz' }],
  ['disk.qcow2.zst', { kind: 'disk', format: 'qcow2', compression: 'zst' }],
  ['raw.gz', { kind: 'disk', format: 'raw', compression: 'gz' }],
  ['debian.iso', { kind: 'installer' }],
  ['install.wim', { kind: 'wim' }],
  ['tiny.slipway', { kind: 'archive' }],
  ['files', { kind: 'files' }],
  ['kernel', { kind: 'kernel' }],
])('takes %s for what its name states', (name, stated) => expect(statedFormat(name)).toEqual(stated))

it('stores a kernel with its initrd, and nothing that leaves open which is which', async () => {
  const pair = join(folder, 'pair')
  mkdirSync(pair)
  writeFileSync(join(pair, 'vmlinuz-6.1'), noise(1, 5000))
  await expect(findKernelPair(pair)).rejects.toMatchObject({ code: 'image.malformed' })
  writeFileSync(join(pair, 'initrd.img-6.1'), noise(2, 5000))
  expect(await findKernelPair(pair)).toEqual({ kernel: 'vmlinuz-6.1', initrd: 'initrd.img-6.1' })
  writeFileSync(join(pair, 'vmlinuz-6.2'), noise(3, 5000))
  await expect(findKernelPair(pair)).rejects.toThrow(/one vmlinuz and one initrd, got/)
})

it.each(['disk', 'disk.tar', 'disk.xz', 'x.iso.gz', '', 'json:{"driver":"raw"}'])('does not guess what %j is', (name) =>
  expect(() => statedFormat(name)).toThrow(expect.objectContaining({ code: 'request.invalid' })),
)
