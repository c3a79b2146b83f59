import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { stringify } from 'yaml'
import { AppError } from '../../src/core/errors.ts'
import { silentLog } from '../../src/core/log.ts'
import { NOTHING_TOLD } from '../../src/image/manifest.ts'
import { writeCpio } from '../../src/ramdisk/cpio-archive.ts'
import { createRecipeBuilder } from '../../src/recipes/builder.ts'
import type { Installer, InstallerEnd, InstallerMachine } from '../../src/recipes/installer.ts'
import { parseRecipe, type Recipe, recipeDigest } from '../../src/recipes/recipe.ts'
import { askDebugfs, temporaryFolder } from './disk-fixture.ts'

const FILES = { 'boot/vmlinuz': 'a kernel', 'boot/initrd': 'an initrd', 'pool/package': 'a package' }
const ROOT_OFFSET = 1024 * 1024
const STATUS =
  'Package: bash\nStatus: install ok installed\nVersion: 5.2\nArchitecture: amd64\nMaintainer: x\nDescription: x\n'

const recipeOf = (install: object = {}, more: object = {}): Recipe =>
  parseRecipe(
    stringify({
      ...{ format: 'slipway-recipe/1', name: 'installed', version: '1', timestamp: '2026-01-01T00:00:00Z', ...more },
      install: { installer: { name: 'inst', version: '1' }, disk: { sizeMiB: 64 }, ...install },
    }),
  )

/** Partition 1 of an MBR with ext4, as a tiny installer would make it. */
function installTo(disk: string): void {
  const tree = temporaryFolder()
  mkdirSync(join(tree, 'var/lib/dpkg'), { recursive: true })
  writeFileSync(join(tree, 'var/lib/dpkg/status'), STATUS)
  execFileSync('sfdisk', ['--quiet', disk], { input: 'label: dos\nstart=2048, type=83\n' })
  const place = ['-E', `offset=${ROOT_OFFSET}`, disk, '62M']
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', tree, ...place], { stdio: 'ignore' })
}

type Seen = { machines: InstallerMachine[]; written: string[]; initrd: string; disc: string; captured: number }
type Acts = { install?: (disk: string) => void; end?: InstallerEnd; says?: string[] }

/** An installer whose machine is made of a few lines here; what it was handed is kept, because its folder goes. */
function fakeInstaller(acts: Acts = {}): { installer: Installer; seen: Seen } {
  const seen: Seen = { machines: [], written: [], initrd: '', disc: '', captured: 0 }
  const installer: Installer = {
    ...{ digest: 'd'.repeat(64), kernel: 'boot/vmlinuz', initrd: 'boot/initrd', transcripts: temporaryFolder() },
    writeFiles: async (folder, paths) => {
      mkdirSync(folder)
      for (const [path, content] of Object.entries(FILES).filter(([path]) => paths?.includes(path) ?? true)) {
        seen.written.push(path)
        mkdirSync(join(folder, path, '..'), { recursive: true })
        writeFileSync(join(folder, path), content)
      }
    },
    pack: (folder, archive) => writeCpio(folder, archive, false),
    run: async (machine, onLine) => {
      seen.machines.push(machine)
      seen.initrd = readFileSync(machine.initrd, 'latin1')
      const list = ['-indev', machine.disc ?? '', '-find', '/', '-type', 'f']
      seen.disc = machine.disc === undefined ? '' : execFileSync('xorriso', list, { encoding: 'utf8', stdio: 'pipe' })
      for (const line of acts.says ?? []) onLine(line)
      ;(acts.install ?? installTo)(machine.disk)
      return acts.end ?? { end: 'off' }
    },
    capture: async ({ disk, target }) => {
      seen.captured += 1
      copyFileSync(disk, target)
      return { ...NOTHING_TOLD, firmware: ['bios'], rootPartition: 1, fileSystem: 'ext4', kernel: '6.1' }
    },
  }
  return { installer, seen }
}

const builder = (folder = temporaryFolder()) =>
  createRecipeBuilder({ cacheFolder: folder, clock: { now: () => 0 }, log: silentLog })

it('keeps what was captured, with the facts that were found on the disk and the packages in it', async () => {
  const { installer, seen } = fakeInstaller()
  const recipe = recipeOf({}, { banners: [{ port: 22, expect: 'SSH' }], guarantees: { paths: ['/var/lib/dpkg'] } })
  const built = await builder().build(recipe, { installer })
  expect(built).toMatchObject({
    ...{ fromCache: false, parent: null },
    boot: { firmware: ['bios'], rootPartition: 1, fileSystem: 'ext4', kernel: '6.1', seed: 'none' },
    provenance: { recipe: 'installed/1', recipeDigest: recipeDigest(recipe), packages: ['bash=5.2'] },
  })
  expect(built.boot.banners).toEqual([{ port: 22, expect: 'SSH' }])
  expect(built.provenance.tool).toContain(`installer=${installer.digest} `)
  expect(askDebugfs(`${built.file}?offset=${ROOT_OFFSET}`, 'cat /var/lib/dpkg/status')).toBe(STATUS)
  expect(seen.machines[0]).toMatchObject({ firmware: 'bios', memoryMiB: 2048, timeoutMs: 5_400_000 })
})

it('runs the same recipe with the same installer once, and another installer anew', async () => {
  const folder = temporaryFolder()
  const { installer, seen } = fakeInstaller()
  const first = await builder(folder).build(recipeOf(), { installer })
  const second = await builder(folder).build(recipeOf(), { installer })
  expect([second.fromCache, second.file, second.boot]).toEqual([true, first.file, first.boot])
  await builder(folder).build(recipeOf(), { installer: { ...installer, digest: 'e'.repeat(64) } })
  await builder(folder).build(recipeOf(), { installer, fresh: true })
  expect(seen.captured).toBe(3)
})

it('says of a seed what the recipe says, where it says it', async () => {
  const { installer } = fakeInstaller()
  expect((await builder().build(recipeOf({}, { seed: 'systemd' }), { installer })).boot.seed).toBe('systemd')
})

it('puts the answers behind the initrd and the whole tree onto the CD, the CD’s own initrd as it was', async () => {
  const { installer, seen } = fakeInstaller()
  const answers = [{ path: '/preseed.cfg', content: 'd-i x/y string z\n' }]
  await builder().build(recipeOf({ answers, disc: 'DEBIAN 12', kernelArguments: ['auto=true'] }), { installer })
  expect(seen.initrd).toMatch(/^an initrd\0*070701.*preseed\.cfg\0+d-i x\/y string z\n/s)
  expect(seen.disc.match(/'.*'/g)?.toSorted()).toEqual(["'/boot/initrd'", "'/boot/vmlinuz'", "'/pool/package'"])
  expect(seen.machines[0]!.kernelArguments).toEqual(['auto=true'])
})

it('gives a machine without a CD the two files that it starts with, untouched where there are no answers', async () => {
  const { installer, seen } = fakeInstaller()
  await builder().build(recipeOf(), { installer })
  expect([seen.initrd, seen.machines[0]!.disc]).toEqual(['an initrd', undefined])
  expect(seen.written).toEqual(['boot/vmlinuz', 'boot/initrd'])
})

test.each([
  [{ end: 'late' }, 'got none after 90 minutes'],
  [{ end: 'silent' }, 'got nothing new on its console for 20 minutes'],
  [{ end: 'panicked' }, 'got a panic of its kernel'],
  [{ end: 'broken', why: 'no memory' }, 'got no machine: no memory'],
] as const)('fails when the machine ended by %j, with the last lines of its console', async (end, message) => {
  const { installer, seen } = fakeInstaller({ end, says: Array.from({ length: 20 }, (_, index) => `line ${index}`) })
  const built = builder().build(recipeOf(), { installer })
  await expect(built).rejects.toMatchObject({ code: 'recipe.failed', details: { step: 'install' } })
  await expect(built).rejects.toThrow(`expected the installer to switch its machine off or restart it, ${message}`)
  await expect(built).rejects.toThrow(/\nline 8\n.*\nline 19\nthe whole console: .*installed-1\.console$/s)
  await expect(built).rejects.not.toThrow('line 7\n')
  expect(seen.captured).toBe(0)
})

const partitioned = (disk: string): void =>
  void execFileSync('sfdisk', ['--quiet', disk], { input: 'label: gpt\nsize=20MiB\nsize=20MiB\n' })

test.each([
  ['blank', () => {}, 'got no partition table, and none on the whole disk'],
  ['partitioned only', partitioned, 'got partition 1 with none, partition 2 with none'],
  [
    'a table without a partition',
    (disk: string) => void execFileSync('sfdisk', ['--quiet', disk], { input: 'label: gpt\n' }),
    'got a partition table without a partition',
  ],
  [
    'room to swap and nothing else',
    (disk: string) => {
      partitioned(disk)
      const swap = Buffer.from('SWAPSPACE2')
      const bytes = readFileSync(disk)
      swap.copy(bytes, ROOT_OFFSET + 4086)
      writeFileSync(disk, bytes)
    },
    'got partition 1 with swap, partition 2 with none',
  ],
])('captures nothing of a disk that the installer left %s', async (_, install, message) => {
  const { installer, seen } = fakeInstaller({ install })
  const built = builder().build(recipeOf(), { installer })
  await expect(built).rejects.toMatchObject({ code: 'recipe.failed' })
  await expect(built).rejects.toThrow(`expected the installer to leave a file system on the disk, ${message}`)
  expect(seen.captured).toBe(0)
})

it('fails when the disk can not be captured, with what the capture said', async () => {
  const { installer } = fakeInstaller()
  const capture = () => Promise.reject(new AppError('lab.failed', 'expected the disk to be captured, got xfs'))
  const built = builder().build(recipeOf(), { installer: { ...installer, capture } })
  await expect(built).rejects.toMatchObject({
    code: 'recipe.failed',
    message: 'step capture: expected the disk to be captured, got xfs',
  })
})

it('fails when what the recipe guarantees is not on the disk', async () => {
  const { installer } = fakeInstaller()
  const built = builder().build(recipeOf({}, { guarantees: { paths: ['/var/lib', '/usr/sbin/sshd'] } }), { installer })
  await expect(built).rejects.toThrow('expected the guaranteed /usr/sbin/sshd on the disk, got none')
})

it('is refused without its installer', async () => {
  await expect(builder().build(recipeOf())).rejects.toMatchObject({
    code: 'recipe.invalid',
    message: 'expected the installer inst, got none',
  })
})
