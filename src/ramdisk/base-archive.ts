import { chmod, copyFile, cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { writeCpio } from './cpio-archive.ts'
import { type DebianPackage, unpackPackages } from './debian-package.ts'
import { APPLETS, type Flavour, TOOLS } from './flavours.ts'
import { libraryClosure } from './library-closure.ts'
import { moduleClosure } from './module-closure.ts'

const EMPTY_FOLDERS = [
  'proc',
  'sys',
  'dev',
  'run',
  'tmp',
  'etc',
  'root',
  'mnt',
  'var',
  'sbin',
  'bin',
  'usr/bin',
  'usr/sbin',
]

type BaseWish = { flavour: Flavour; packages: DebianPackage[]; nodeBinary: string; downloads: string; target: string }

/** Everything of the ramdisk that is the same on every appliance: writes `vmlinuz`, `base.cpio.zst` and `release` to the target. */
export async function buildBaseArchive(wish: BaseWish, onStep: (step: string) => void): Promise<void> {
  const work = `${wish.target}.part-${process.pid}`
  await rm(work, { recursive: true, force: true })
  const [tree, stage] = [join(work, 'tree'), join(work, 'stage')]
  onStep(`unpacking ${wish.packages.length} Debian packages`)
  await unpackPackages(wish.packages, wish.downloads, tree)
  for (const folder of EMPTY_FOLDERS) await mkdir(join(stage, folder), { recursive: true })
  onStep('choosing programs, libraries and kernel modules')
  await copyPrograms(tree, stage, wish.nodeBinary, [...TOOLS, ...wish.flavour.tools])
  const release = (await readdir(join(tree, 'lib/modules')))[0]!
  await copyModules(tree, stage, release, wish.flavour.modules)
  onStep('packing the ramdisk')
  await writeCpio(stage, join(work, 'base.cpio.zst'), true)
  await copyFile(join(tree, `boot/vmlinuz-${release}`), join(work, 'vmlinuz'))
  await writeFile(join(work, 'release'), release)
  await rm(tree, { recursive: true })
  await rm(stage, { recursive: true })
  await rm(wish.target, { recursive: true, force: true })
  await rename(work, wish.target)
}

async function copyPrograms(tree: string, stage: string, nodeBinary: string, tools: readonly string[]): Promise<void> {
  const node = join(stage, 'usr/bin/node')
  await copyFile(nodeBinary, node)
  await execa('strip', [node])
  await chmod(node, 0o755)
  for (const tool of tools) await copyInto(tree, stage, tool)
  for (const library of await libraryClosure(tree, [node, ...tools.map((tool) => tree + tool)]))
    await copyInto(tree, stage, library)
  for (const applet of APPLETS) await symlink('/bin/busybox', join(stage, 'usr/bin', applet))
  await symlink('/bin/busybox', join(stage, 'bin/sh'))
  for (const name of ['modprobe', 'insmod', 'lsmod']) await symlink('/bin/kmod', join(stage, 'sbin', name))
}

async function copyModules(tree: string, stage: string, release: string, names: readonly string[]): Promise<void> {
  const [from, to] = [join(tree, 'lib/modules', release), join(stage, 'lib/modules', release)]
  await execa('depmod', ['--basedir', tree, release])
  const text = (name: string) => readFile(join(from, name), 'utf8')
  for (const path of moduleClosure(await text('modules.dep'), await text('modules.builtin'), names))
    await copyInto(from, to, path)
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) await copyInto(from, to, name)
  await execa('depmod', ['--basedir', stage, release])
}

async function copyInto(from: string, to: string, path: string): Promise<void> {
  await mkdir(dirname(join(to, path)), { recursive: true })
  await cp(join(from, path), join(to, path), { dereference: true })
}
