import { copyFile, mkdir, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { AppError } from '../../../core/errors.ts'
import type { Manifest } from '../../../image/manifest.ts'
import { MEDIUM_FILES, mediumLabel } from '../../../image/medium.ts'
import { encodeSignatures } from '../../../image/signature.ts'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Stored } from '../../contents.ts'
import { writeChunkPack } from './chunk-pack.ts'
import { isoMenu } from './iso-menu.ts'
import type { IsoWish } from './iso-wish.ts'

const GRUB_FOLDER = '/usr/lib/grub/i386-pc'
/** All that GRUB needs to read its menu and a kernel from the medium: no module file lies on it. */
const MODULES =
  'biosdisk iso9660 part_msdos part_gpt normal linux configfile search search_label echo test ls halt reboot minicmd'
const MIB = 1024 * 1024
const SECTOR = 512
/** The pack is most of the work before xorriso, which says nothing of its own. */
const PACK_SHARE = 0.5
/** ECMA-119 lets one file have several extents from this level on: 4 GiB are no bound. */
const ISO_LEVEL = '3'

/**
 * Writes the medium: an ISO 9660 file system that boots as a CD and as a stick, by BIOS (GRUB) and UEFI (shim and signed GRUB
 * in an EFI system partition). Same version, ramdisk and loaders give the same bytes. Throws program.failed, image.chunk_missing,
 * image.chunk_corrupt.
 */
export async function writeIso(
  { folder, blobs }: { folder: string; blobs: Blobs },
  stored: Stored<Manifest>,
  wish: IsoWish,
  target: string,
  onShare: (share: number) => void,
): Promise<void> {
  await mkdir(join(folder, 'tmp'), { recursive: true })
  const work = await mkdtemp(join(folder, 'tmp', 'iso-'))
  try {
    const label = mediumLabel(stored.digest)
    const epoch = Math.floor(Date.parse(stored.manifest.createdAt) / 1000)
    await stage(join(work, 'tree'), stored, isoMenu(stored.manifest, label, wish))
    await writeChunkPack(blobs, stored.manifest, join(work, 'tree', MEDIUM_FILES.chunks), (share) =>
      onShare(share * PACK_SHARE),
    )
    await makeBiosLoader(join(work, 'tree/boot/grub/eltorito.img'))
    await makeEfiImage(join(work, 'efi.img'), join(work, 'tree/boot/grub/grub.cfg'), wish, label, epoch)
    await run('xorriso', isoArguments(work, wish, label, epoch, target), epoch)
    onShare(1)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function stage(tree: string, { bytes, signatures }: Stored<Manifest>, menu: string): Promise<void> {
  for (const name of ['slipway', 'boot/grub', 'EFI/debian']) await mkdir(join(tree, name), { recursive: true })
  await writeFile(join(tree, MEDIUM_FILES.manifest), bytes)
  await writeFile(join(tree, MEDIUM_FILES.signatures), encodeSignatures(signatures.signatures))
  // Debian's signed GRUB looks in EFI/debian, on a CD in the ISO file system and on a stick in the EFI system partition.
  for (const name of ['boot/grub/grub.cfg', 'EFI/debian/grub.cfg']) await writeFile(join(tree, name), menu)
}

const makeBiosLoader = (path: string): Promise<void> =>
  run('grub-mkimage', ['-O', 'i386-pc-eltorito', '-p', '/boot/grub', '-o', path, ...MODULES.split(' ')])

/** The EFI system partition: a FAT file system with the loaders under the names that firmware and shim look for (UEFI 2.10 §3.5). */
async function makeEfiImage(image: string, menu: string, wish: IsoWish, label: string, epoch: number): Promise<void> {
  const files = [
    [wish.shim, '::/EFI/BOOT/BOOTX64.EFI'],
    [wish.grub, '::/EFI/BOOT/grubx64.efi'],
    [wish.mokManager, '::/EFI/BOOT/mmx64.efi'],
    [menu, '::/EFI/debian/grub.cfg'],
    [menu, '::/EFI/BOOT/grub.cfg'],
  ] as const
  const sizes = await Promise.all(files.map(async ([source]) => (await stat(source)).size))
  const bytes = Math.ceil(sizes.reduce((sum, size) => sum + size, MIB) / MIB) * MIB
  await (await open(image, 'wx')).close()
  const shape = ['-C', '-T', String(bytes / SECTOR), '-h', '16', '-s', '32', '-v', 'SLIPWAY', '-N', label.slice(-8)]
  await run('mformat', ['-i', image, ...shape, '::'], epoch)
  await run('mmd', ['-i', image, '::/EFI', '::/EFI/BOOT', '::/EFI/debian'], epoch)
  for (const [source, path] of files) {
    const copy = `${image}.file`
    await copyFile(source, copy)
    await run('touch', ['-d', `@${epoch}`, copy])
    await run('mcopy', ['-i', image, '-m', copy, path], epoch)
  }
}

/** The layout that grub-mkrescue makes, with signed loaders for UEFI: El Torito for CDs, an MBR with both for sticks. */
function isoArguments(work: string, wish: IsoWish, label: string, epoch: number, target: string): string[] {
  return [
    ...['-as', 'mkisofs', '-quiet', '-o', target, '-V', label, '-iso-level', ISO_LEVEL, '-r'],
    ...['--set_all_file_dates', `=${epoch}`, '-graft-points'],
    ...['-b', 'boot/grub/eltorito.img', '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'],
    ...['--grub2-boot-info', '--grub2-mbr', join(GRUB_FOLDER, 'boot_hybrid.img'), '--mbr-force-bootable'],
    ...['-append_partition', '2', '0xef', join(work, 'efi.img')],
    ...['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'],
    ...[`/boot/kernel=${wish.kernel}`, `/boot/initrd=${wish.initrd}`, `/=${join(work, 'tree')}`],
  ]
}

async function run(program: string, args: string[], epoch = 0): Promise<void> {
  const env = { SOURCE_DATE_EPOCH: String(epoch), MTOOLS_SKIP_CHECK: '1', TZ: 'UTC', LC_ALL: 'C.UTF-8' }
  const result = await execa(program, args, { env, stdin: 'ignore', reject: false })
  if (!result.failed) return
  const got = `${result.exitCode ?? result.signal}: ${String(result.stderr || result.originalMessage).slice(-1000)}`
  throw new AppError('program.failed', `expected ${program} to end with 0, got ${got}`)
}
