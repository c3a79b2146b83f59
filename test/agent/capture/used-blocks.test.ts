import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, expect, it, test } from 'vitest'
import { bytesOf, createBlanker } from '../../../src/agent/capture/unused-ranges.ts'
import { unusedOf } from '../../../src/agent/capture/used-blocks.ts'
import type { FileSystemName } from '../../../src/image/file-system.ts'

const MIB = 1 << 20
const DISK_BYTES = 64 * MIB
const BLOCK = 512 * 1024
const SIZES = { 'large.bin': 9 * MIB, 'small.txt': 12, 'odd.bin': 1_234_567 }
let folder: string
let tree: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-used-'))
  tree = join(folder, 'tree')
  await mkdir(tree)
  for (const [name, bytes] of Object.entries(SIZES))
    await writeFile(join(tree, name), randomBytes(bytes).fill('\n', bytes - 1))
})

type Maker = {
  name: FileSystemName
  make(disk: string): Promise<unknown>
  read(disk: string, out: string): Promise<unknown>
}

const ext = (block: number): Maker => ({
  name: 'ext',
  make: (disk) => execa('mke2fs', ['-q', '-F', '-t', 'ext4', '-b', String(block), '-E', 'nodiscard', '-d', tree, disk]),
  read: async (disk, out) => {
    await execa('e2fsck', ['-f', '-n', disk])
    await execa('debugfs', ['-R', `rdump / ${out}`, disk])
  },
})
const fat: Maker = {
  name: 'fat',
  make: async (disk) => {
    await execa('mkfs.vfat', [disk])
    await execa('mcopy', ['-i', disk, ...Object.keys(SIZES).map((name) => join(tree, name)), '::'])
  },
  read: (disk, out) => execa('mcopy', ['-i', disk, ...Object.keys(SIZES).map((name) => `::${name}`), out]),
}
const ntfs: Maker = {
  name: 'ntfs',
  make: async (disk) => {
    await execa('mkntfs', ['--quiet', '--fast', '--force', disk])
    await execa('wimlib-imagex', ['capture', tree, `${disk}.wim`, '--quiet'])
    await execa('wimlib-imagex', ['apply', `${disk}.wim`, '1', disk, '--quiet'])
  },
  read: async (disk, out) => {
    for (const name of Object.keys(SIZES)) {
      const { stdout } = await execa('ntfscat', ['--force', disk, name], {
        ...{ encoding: 'buffer', stripFinalNewline: false, maxBuffer: DISK_BYTES },
      })
      await writeFile(join(out, name), stdout)
    }
  },
}

test.each<[string, Maker]>([
  ['ext4 with blocks of 1 KiB', ext(1024)],
  ['ext4 with blocks of 4 KiB', ext(4096)],
  ['FAT', fat],
  ['NTFS', ntfs],
])('all that %s does not use can be zeros, and its files are as they were', async (label, { name, make, read }) => {
  const place = label.replaceAll(' ', '-')
  const [disk, out] = [join(folder, place), join(folder, `${place}-read`)]
  await mkdir(out)
  // What nothing uses holds something, as it does on every disk that was in use.
  await writeFile(disk, randomBytes(DISK_BYTES))
  await make(disk)

  const unused = await unusedOf(disk, name, DISK_BYTES, folder)
  const bytes = await readFile(disk)
  const blanker = createBlanker(unused)
  for (let at = 0; at < bytes.length; at += BLOCK) blanker.blank(bytes.subarray(at, at + BLOCK), at)
  await writeFile(disk, bytes)

  expect(DISK_BYTES - bytesOf(unused)).toBeGreaterThan(10 * MIB)
  expect(DISK_BYTES - bytesOf(unused)).toBeLessThan(20 * MIB)
  await read(disk, out)
  for (const file of Object.keys(SIZES)) {
    const same = (await readFile(join(out, file))).equals(await readFile(join(tree, file)))
    expect(same, file).toBe(true)
  }
})

it('takes all of what it knows nothing of, and only the header of swap space', async () => {
  expect(await unusedOf('/nowhere', undefined, DISK_BYTES, folder)).toEqual([])
  expect(await unusedOf('/nowhere', 'swap', DISK_BYTES, folder)).toEqual([{ offset: 4096, length: DISK_BYTES - 4096 }])
})

it('says so when a file system does not let itself be read', async () => {
  const disk = join(folder, 'broken')
  await writeFile(disk, randomBytes(MIB))
  await expect(unusedOf(disk, 'ext', MIB, folder)).rejects.toMatchObject({ code: 'capture.not_clean' })
})
