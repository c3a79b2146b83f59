import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { contentKey } from '../../../src/library/blobs/blobs.ts'
import type { ImportedFiles } from '../../../src/library/import/files-importer.ts'
import type { Library } from '../../../src/library/library.ts'
import { noise } from '../../image/manifest-sample.ts'
import { createTestLibrary, factsOf, temporaryFolder } from '../library-fixture.ts'

let folder: string
let library: Library
let stored: ImportedFiles

beforeEach(async () => {
  folder = temporaryFolder()
  const tree = join(folder, 'tree')
  mkdirSync(join(tree, 'boot'), { recursive: true })
  mkdirSync(join(tree, 'dists/bookworm'), { recursive: true })
  writeFileSync(join(tree, 'boot/vmlinuz'), noise(1, 3 << 20))
  writeFileSync(join(tree, 'boot/initrd'), noise(2, 1000))
  writeFileSync(join(tree, 'dists/bookworm/Release'), '')
  symlinkSync('bookworm', join(tree, 'dists/stable'))
  symlinkSync('.', join(tree, 'debian'))
  library = createTestLibrary(join(folder, 'library'))
  const boot = { kernel: 'boot/vmlinuz', initrd: 'boot/initrd' }
  const { provenance } = factsOf('1')
  const facts = { name: 'inst', version: '1', kind: 'installer' as const, boot, images: [], provenance }
  stored = await library.importFiles(tree, facts)
})

it('writes the files and links that came in', async () => {
  await library.exportFiles(stored.digest, join(folder, 'out'))
  execFileSync('diff', ['-r', '--no-dereference', join(folder, 'tree'), join(folder, 'out')])
  expect(readlinkSync(join(folder, 'out/dists/stable'))).toBe('bookworm')
  expect(readlinkSync(join(folder, 'out/debian'))).toBe('.')
})

it('writes the files that are asked for and no other', async () => {
  await library.exportFiles(stored.digest, join(folder, 'out'), ['boot/initrd'])
  expect(readFileSync(join(folder, 'out/boot/initrd'))).toEqual(Buffer.from(noise(2, 1000)))
  expect(['boot/vmlinuz', 'debian'].map((name) => existsSync(join(folder, 'out', name)))).toEqual([false, false])
})

it('refuses a file that the version does not have', async () => {
  await expect(library.exportFiles(stored.digest, join(folder, 'out'), ['boot/other'])).rejects.toMatchObject({
    code: 'image.malformed',
    message: 'expected boot/other in inst 1, got no such file',
  })
})

it('finds out that a file of the library is not what it was', async () => {
  const { digest } = stored.manifest.files.find(({ path }) => path === 'boot/initrd')!
  const blob = join(folder, 'library', contentKey(digest))
  chmodSync(blob, 0o644)
  writeFileSync(blob, noise(3, 1000))
  await expect(library.exportFiles(stored.digest, join(folder, 'out'))).rejects.toMatchObject({
    code: 'image.chunk_corrupt',
    message: expect.stringContaining('file boot/initrd: expected digest'),
  })
})

it('refuses a version that is a disk', async () => {
  const file = join(folder, 'disk.raw')
  writeFileSync(file, noise(4, 1 << 20))
  const { digest } = await library.importDisk({ file, format: 'raw' }, factsOf('1'))
  await expect(library.exportFiles(digest, join(folder, 'out'))).rejects.toMatchObject({
    code: 'image.malformed',
    message: 'expected files, got tiny 1, which is a disk',
  })
})
