import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildBootImage, SCRIPT_BYTES } from '../../src/ramdisk/boot-image.ts'
import { overlay } from '../../src/servers/http-boot/send-patched.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-boot-image-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function wish(ramdiskDigest = 'one') {
  const files = { kernel: 8_000_000, initrd: 31_000_001, shim: 1_000_001, grub: 4_000_003 }
  const paths = Object.entries(files).map(async ([name, bytes]) => {
    await writeFile(join(folder, name), Buffer.alloc(bytes, `${name} of ${ramdiskDigest} `))
    return [name, join(folder, name)]
  })
  const made = Object.fromEntries(await Promise.all(paths)) as Record<keyof typeof files, string>
  return { ...made, ramdiskDigest }
}
const images = () => join(folder, 'images')
const inImage = async (image: string, path: string) =>
  Buffer.from((await execa('mtype', ['-i', image, path], { encoding: 'buffer', stripFinalNewline: false })).stdout)

describe('the boot image', () => {
  it('holds shim, GRUB, kernel and ramdisk where each looks for the next, as another tool reads them', async () => {
    const { path } = await buildBootImage(await wish(), images())
    for (const [inside, name] of [
      ['::/EFI/BOOT/BOOTX64.EFI', 'shim'],
      ['::/EFI/BOOT/grubx64.efi', 'grub'],
      ['::/boot/kernel', 'kernel'],
      ['::/boot/initrd', 'initrd'],
    ] as const)
      expect([name, (await readFile(join(folder, name))).equals(await inImage(path, inside))]).toEqual([name, true])
    const { exitCode } = await execa('fsck.vfat', ['-n', path])
    expect(exitCode).toBe(0)
  })

  it('has room for the script where it says, which is what GRUB then reads', async () => {
    const { path, size, script } = await buildBootImage(await wish(), images())
    const bytes = await readFile(path)
    expect([bytes.length, script.length]).toEqual([size, SCRIPT_BYTES])
    const patch = { offset: script.offset, bytes: Buffer.alloc(SCRIPT_BYTES, 'sleep 1\n') }
    const patched = join(folder, 'patched.img')
    await writeFile(patched, overlay(bytes, 0, patch))
    expect((await inImage(patched, '::/EFI/debian/grub.cfg')).equals(patch.bytes)).toBe(true)
    expect((await inImage(patched, '::/boot/kernel')).equals(await readFile(join(folder, 'kernel')))).toBe(true)
  })

  it('is built once for the same files, always alike, and takes the place of the one before', async () => {
    const first = await buildBootImage(await wish(), images())
    const before = await readFile(first.path)
    await rm(join(folder, 'initrd'))
    expect(await buildBootImage({ ...(await wish()), initrd: '/none' }, images())).toEqual(first)
    await rm(first.path)
    await buildBootImage(await wish(), images())
    expect(before.equals(await readFile(first.path))).toBe(true)
    const next = await buildBootImage(await wish('two'), images())
    expect(await readdir(images())).toEqual([next.path.slice(images().length + 1)])
  })

  it('says what failed where a tool can not make it', async () => {
    const bad = { ...(await wish()), ramdiskDigest: 'three' }
    await writeFile(bad.grub, '')
    await rm(bad.kernel)
    await expect(buildBootImage(bad, images())).rejects.toThrow(/kernel/)
  })
})
