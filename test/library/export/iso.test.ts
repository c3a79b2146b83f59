import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { openMediumChunks } from '../../../src/agent/offline/medium-chunks.ts'
import { chunkRange, decodeManifest } from '../../../src/image/manifest.ts'
import { mediumLabel, readVolumeName } from '../../../src/image/medium.ts'
import { openChunk } from '../../../src/image/open-chunk.ts'
import { decodeSignatures, verifyManifest } from '../../../src/image/signature.ts'
import type { IsoWish } from '../../../src/library/export/iso/iso-wish.ts'
import type { Library } from '../../../src/library/library.ts'
import { noise } from '../../image/manifest-sample.ts'
import { createTestLibrary, factsOf, temporaryFolder } from '../library-fixture.ts'

const MIB = 1024 * 1024
let folder: string
let disk: Buffer
let library: Library
let digest: string
let wish: IsoWish

beforeEach(async () => {
  folder = temporaryFolder()
  const half = noise(5, MIB / 2)
  disk = Buffer.concat([noise(7, MIB / 2), half, Buffer.alloc(MIB), half, noise(6, MIB)])
  for (const [name, bytes] of [
    ['disk.raw', disk],
    ['vmlinuz', noise(1, 5000)],
    ['initrd', noise(2, 9000)],
  ] as const)
    writeFileSync(join(folder, name), bytes)
  library = createTestLibrary(join(folder, 'library'))
  digest = (await library.importDisk({ file: join(folder, 'disk.raw'), format: 'raw' }, factsOf('1'))).digest
  wish = {
    ...{ kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd'), erase: false, kernelArguments: ['one=1'] },
    shim: '/usr/lib/shim/shimx64.efi.signed',
    grub: '/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed',
    mokManager: '/usr/lib/shim/mmx64.efi.signed',
  }
})

const made = async (name: string, more: Partial<IsoWish> = {}): Promise<string> => {
  const file = join(folder, name)
  await library.exportMedia(digest, { iso: file }, { ...wish, ...more })
  return file
}
const xorriso = (...args: string[]): string =>
  execFileSync('xorriso', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
function extracted(iso: string): (path: string) => Buffer {
  const tree = join(folder, 'tree')
  mkdirSync(tree)
  xorriso('-osirrox', 'on', '-indev', iso, '-extract', '/', tree)
  return (path) => readFileSync(join(tree, path))
}

it('holds the version: its signed manifest, and every chunk once, from which the agent makes the disk again', async () => {
  const iso = await made('a.iso')
  expect(readVolumeName(readFileSync(iso).subarray(32_768, 34_816))).toBe(mediumLabel(digest))
  const file = extracted(iso)
  const bytes = file('slipway/manifest.json')
  verifyManifest(bytes, decodeSignatures(file('slipway/signatures.json')), await library.trustedKeys())
  const manifest = decodeManifest(bytes)
  const chunks = await openMediumChunks(join(folder, 'tree/slipway/chunks'), manifest, () => {})
  const again = Buffer.alloc(disk.length)
  for (const [index, chunk] of manifest.chunks.entries()) {
    const { offset, length } = chunkRange(manifest, index)
    if (chunk) again.set(await openChunk(await chunks.fetch(chunk.digest, chunk.length), chunk, length), offset)
  }
  chunks.close()
  expect(again.equals(disk)).toBe(true)
  const stored = manifest.chunks.flatMap((chunk) => (chunk ? [chunk] : []))
  expect(new Set(stored.map((chunk) => chunk.digest)).size).toBeLessThan(stored.length)
  expect([file('boot/kernel').equals(noise(1, 5000)), file('boot/initrd').equals(noise(2, 9000))]).toEqual([true, true])
})

it('boots as a CD and as a stick, by BIOS and UEFI', async () => {
  const iso = await made('a.iso')
  const torito = xorriso('-indev', iso, '-report_el_torito', 'plain')
  expect(torito).toMatch(/El Torito boot img :\s+1\s+BIOS\s+y\s+none/)
  expect(torito).toMatch(/El Torito boot img :\s+2\s+UEFI\s+y\s+none/)
  const area = xorriso('-indev', iso, '-report_system_area', 'plain')
  expect(area).toMatch(/System area options: .*grub2-mbr|System area summary: MBR .*grub2-mbr/)
  expect(area).toMatch(/MBR partition\s+:\s+2\s+0x00\s+0xef/)
  const [, start] = /MBR partition\s+:\s+2\s+0x00\s+0xef\s+(\d+)/.exec(area)!
  const at = `${iso}@@${Number(start) * 512}`
  const list = execFileSync('mdir', ['-/', '-b', '-i', at], { encoding: 'utf8' })
  for (const name of ['BOOT/BOOTX64.EFI', 'BOOT/grubx64.efi', 'debian/grub.cfg']) expect(list).toContain(name)
})

it('asks before it erases, unless it was made to', async () => {
  const menu = extracted(await made('a.iso'))('boot/grub/grub.cfg').toString()
  expect(menu).toContain('set default=0')
  const entries = menu.split('menuentry').slice(1)
  expect(entries.map((entry) => entry.includes('slipway.erase=yes'))).toEqual([false, true, false])
  expect(entries[0]).toContain(`one=1 slipway.medium=${mediumLabel(digest)}`)
  const erasing = await made('b.iso', { erase: true })
  expect(xorriso('-osirrox', 'on', '-indev', erasing, '-extract', '/boot/grub/grub.cfg', join(folder, 'menu'))).toBe('')
  expect(readFileSync(join(folder, 'menu'), 'utf8')).toContain('set default=1')
})

it('is the same bytes each time, and leaves no work behind', async () => {
  const [one, other] = [await made('a.iso'), await made('b.iso')]
  expect(readFileSync(one).equals(readFileSync(other))).toBe(true)
  expect(readdirSync(join(folder, 'library/tmp'))).toEqual([])
})

it('refuses a damaged chunk while the agent reads, after three tries', async () => {
  const file = extracted(await made('a.iso'))
  const manifest = decodeManifest(file('slipway/manifest.json'))
  const pack = file('slipway/chunks')
  pack[100]! ^= 1
  writeFileSync(join(folder, 'pack'), pack)
  const why: string[] = []
  const chunks = await openMediumChunks(join(folder, 'pack'), manifest, (line) => why.push(line))
  const first = manifest.chunks[0]!
  await expect(chunks.fetch(first.digest, first.length)).rejects.toMatchObject({ code: 'image.chunk_corrupt' })
  expect(why).toHaveLength(2)
  chunks.close()
})
