import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { writeCpio } from '../../src/ramdisk/cpio-archive.ts'
import { appendArchive } from '../../src/recipes/append-archive.ts'

/**
 * An installer that does what its answers say, which it is handed behind its initrd: it unpacks a disk from its CD, grows the
 * last partition, and leaves what every installed system has and no image may have. Its programs are the ramdisk's.
 */
const INIT = String.raw`#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for round in 1 2; do
  modprobe -qab $(cat /sys/bus/*/devices/*/modalias 2>/dev/null | sort -u | tr '\n' ' ') 2>/dev/null
done
modprobe -qa sd_mod sr_mod isofs ext4 crc32c_generic
[ -d /sys/firmware/efi ] && firmware=uefi || firmware=bios
. /answers
echo "tiny installer: $wish by $firmware, $(cat /proc/uptime)"
case $wish in
  wait) while :; do sleep 1; echo "still waiting, $(cat /proc/uptime)"; done ;;
  hush) sleep 100000 ;;
  nothing) poweroff -f ;;
esac
fail() { echo "tiny installer: $1"; sleep 100000; }
mount -r /dev/sr0 /mnt || fail 'no CD'
echo "tiny installer: writing the disk"
node -e "const fs = require('fs'), zlib = require('zlib')
require('stream').pipeline(fs.createReadStream('/mnt/pool/disk.zst', { highWaterMark: 1 << 20 }),
  zlib.createZstdDecompress({ chunkSize: 1 << 20 }),
  fs.createWriteStream('/dev/vda', { flags: 'r+' }), (error) => process.exit(error ? 1 : 0))" || fail 'no disk written'
umount /mnt
sfdisk --no-reread --relocate gpt-bak-std /dev/vda || fail 'no table'
echo ', +' | sfdisk --no-reread --no-tell-kernel -N 3 /dev/vda || fail 'no partition'
blockdev --rereadpt /dev/vda
sleep 1
e2fsck -fp /dev/vda3
resize2fs /dev/vda3 || fail 'no room'
mount -t ext4 /dev/vda3 /mnt || fail 'no root'
echo "tiny installer: leaving what makes a machine itself"
mkdir -p /mnt/etc/ssh /mnt/var/lib/dhcp
echo 0123456789abcdef0123456789abcdef >/mnt/etc/machine-id
echo 'a private key' >/mnt/etc/ssh/ssh_host_ed25519_key
echo 'lease {}' >/mnt/var/lib/dhcp/dhclient.eth0.leases
echo 'a secret line' >/mnt/var/log/installer.log
echo "$greeting" >/mnt/etc/greeting
umount /mnt
sync
echo "tiny installer: done, $(cat /proc/uptime)"
poweroff -f
`

/** Kernel and initrd of the tiny installer in a new folder, made from a ramdisk of Slipway's: its last file of a name counts. */
export async function writeTinyInstaller(ramdisk: string, folder: string, initrd = 'initrd'): Promise<void> {
  const stage = `${folder}.stage`
  await mkdir(folder, { recursive: true })
  await mkdir(stage, { recursive: true })
  await writeFile(join(stage, 'init'), INIT)
  await chmod(join(stage, 'init'), 0o755)
  await writeCpio(stage, `${stage}.cpio`, false)
  await copyFile(join(ramdisk, 'vmlinuz'), join(folder, 'vmlinuz'))
  await copyFile(join(ramdisk, 'initrd'), join(folder, initrd))
  await appendArchive(join(folder, initrd), `${stage}.cpio`)
}

/** The installation medium: the tiny installer by the paths of Debian's, and the disk that it unpacks. */
export async function writeTinyMedium(ramdisk: string, disk: string, work: string): Promise<string> {
  const [tree, iso] = [join(work, 'medium'), join(work, 'medium.iso')]
  await writeTinyInstaller(ramdisk, join(tree, 'install.amd'), 'initrd.gz')
  await mkdir(join(tree, 'pool'))
  await execa('zstd', ['-q', '-T2', '-3', disk, '-o', join(tree, 'pool/disk.zst')])
  await execa('rm', ['-r', join(tree, 'install.amd.stage'), join(tree, 'install.amd.stage.cpio')])
  await execa('xorriso', ['-as', 'mkisofs', '-quiet', '-r', '-V', 'TINY', '-o', iso, tree])
  return iso
}
