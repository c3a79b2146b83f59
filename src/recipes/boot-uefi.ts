import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildStep } from './build-step.ts'
import { byteOffset, type DiskLayout } from './disk-layout.ts'
import { espGrubConfig } from './grub-config.ts'

/** Debian's shim and GRUB, signed, under the names that firmware and shim look for (UEFI 2.10 §3.5). */
const LOADERS = [
  ['/usr/lib/shim/shimx64.efi.signed', '::/EFI/BOOT/BOOTX64.EFI'],
  ['/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed', '::/EFI/BOOT/grubx64.efi'],
  ['/usr/lib/shim/mmx64.efi.signed', '::/EFI/BOOT/mmx64.efi'],
] as const

/** Makes the ESP as FAT32 inside of the disk file, with no mount; it boots UEFI with Secure Boot on or off. */
export async function writeEsp(
  step: BuildStep,
  disk: string,
  layout: DiskLayout,
  ids: { rootUuid: string; volumeId: string; epoch: number },
  workFolder: string,
): Promise<void> {
  const { start, sectors } = layout.esp
  // One sector a cluster, else 64 MiB are too few clusters for FAT32.
  const shape = ['-F', '32', '-s', '1', '-n', 'ESP', '-i', ids.volumeId, '--invariant']
  await step.run('mkfs.vfat', [...shape, `--offset=${start}`, '-h', String(start), disk, String(sectors / 2)])
  const at = `${disk}@@${byteOffset(layout.esp)}`
  const env = { SOURCE_DATE_EPOCH: String(ids.epoch), MTOOLS_SKIP_CHECK: '1', TZ: 'UTC' }
  await step.run('mmd', ['-i', at, '::/EFI', '::/EFI/BOOT', '::/EFI/debian'], { env })
  const config = join(workFolder, 'grub.cfg')
  await writeFile(config, espGrubConfig(ids.rootUuid, layout.root.number))
  await utimes(config, ids.epoch, ids.epoch)
  // Debian's signed GRUB looks in EFI/debian whatever its own folder is.
  const configs = ['::/EFI/BOOT/grub.cfg', '::/EFI/debian/grub.cfg'].map((target) => [config, target] as const)
  for (const [source, target] of [...LOADERS, ...configs]) {
    await step.run('mcopy', ['-i', at, '-o', '-m', source, target], { env })
  }
}
