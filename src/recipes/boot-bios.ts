import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildStep } from './build-step.ts'
import { byteLength, byteOffset, type DiskLayout } from './disk-layout.ts'

const SECTOR = 512
const FOLDER = '/usr/lib/grub/i386-pc'
/** All that GRUB needs to read its menu and a kernel from ext4, so that no module files lie on the disk. */
const MODULES =
  'biosdisk part_gpt ext2 normal linux configfile search search_fs_uuid serial terminal echo test ls reboot'

/** Makes a disk boot from BIOS without grub-install: core.img into its partition, boot.img into the MBR. */
export async function writeBiosGrub(
  step: BuildStep,
  disk: string,
  layout: DiskLayout,
  workFolder: string,
): Promise<void> {
  const corePath = join(workFolder, 'core.img')
  const prefix = `(,gpt${layout.root.number})/boot/grub`
  await step.run('grub-mkimage', ['-O', 'i386-pc', '-p', prefix, '-o', corePath, ...MODULES.split(' ')])
  const core = linkCore(await readFile(corePath), layout.biosGrub.start)
  const room = byteLength(layout.biosGrub)
  if (core.length > room) throw step.fail(`expected GRUB's core in ${room} bytes, got ${core.length}`)
  const file = await open(disk, 'r+')
  try {
    const mbr = Buffer.alloc(SECTOR)
    await file.read(mbr, 0, SECTOR, 0)
    await file.write(linkBoot(await readFile(join(FOLDER, 'boot.img')), mbr, layout.biosGrub.start), 0, SECTOR, 0)
    await file.write(core, 0, core.length, byteOffset(layout.biosGrub))
  } finally {
    await file.close()
  }
}

/** boot.img that loads the sector `start`, with the partition table of `mbr` (GRUB grub-core/boot/i386/pc/boot.S). */
export function linkBoot(boot: Uint8Array, mbr: Uint8Array, start: number): Buffer {
  const linked = Buffer.from(boot.subarray(0, SECTOR))
  Buffer.from(mbr).copy(linked, 440, 440, SECTOR)
  linked.writeBigUInt64LE(BigInt(start), 0x5c)
  linked.writeUInt8(0xff, 0x64) // boot from the drive that BIOS named
  linked.writeUInt16LE(0x9090, 0x66) // two NOPs: no workaround for BIOSes that name a floppy
  return linked
}

/** core.img whose first sector lists where the rest lies, padded to whole sectors (diskboot.S, block list at its end). */
export function linkCore(core: Uint8Array, start: number): Buffer {
  const linked = Buffer.alloc(Math.ceil(core.length / SECTOR) * SECTOR)
  linked.set(core)
  linked.writeBigUInt64LE(BigInt(start + 1), SECTOR - 12)
  linked.writeUInt16LE(linked.length / SECTOR - 1, SECTOR - 4)
  linked.writeUInt16LE(0x820, SECTOR - 2) // segment of the second sector in memory
  return linked
}
