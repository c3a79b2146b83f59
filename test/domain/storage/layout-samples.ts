/** One disk for either firmware, the root on the rest of it. */
export const PLAIN = {
  disks: [
    {
      name: 'install',
      partitions: [
        { name: 'efi', size: '512 MiB', use: { as: 'esp' } },
        { name: 'bios', size: '1 MiB', use: { as: 'biosBoot' } },
        { name: 'root', size: 'rest', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/', options: ['noatime'] } },
      ],
    },
  ],
}

const member = (disk: string, array: string, size: string) => ({
  name: `${array}-${disk}`,
  size,
  use: { as: 'raid', array },
})

/** Two disks that mirror each other; /boot plain, the rest encrypted and divided by LVM. */
export const LVM_ON_RAID = {
  firmware: ['uefi'],
  disks: [
    {
      name: 'install',
      partitions: [
        { name: 'efi', size: '512 MiB', use: { as: 'esp' } },
        member('install', 'boot', '1 GiB'),
        member('install', 'system', 'rest'),
      ],
    },
    {
      name: 'mirror',
      pick: { by: 'path', path: 'pci-0000:00:1f.2-ata-2' },
      partitions: [
        { name: 'efi-mirror', size: '512 MiB', use: { as: 'esp' } },
        member('mirror', 'boot', '1 GiB'),
        member('mirror', 'system', 'rest'),
      ],
    },
  ],
  raid1: [
    { name: 'boot', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/boot' } },
    { name: 'system', use: { as: 'lvm', group: 'vg0', encryption: { secret: 'disk-key' } } },
  ],
  volumeGroups: [
    {
      name: 'vg0',
      volumes: [
        { name: 'root', size: '40 GiB', use: { as: 'fileSystem', fileSystem: 'xfs', mount: '/' } },
        { name: 'swap', size: '8 GiB', use: { as: 'swap' } },
        { name: 'srv', size: 'rest', use: { as: 'fileSystem', fileSystem: 'xfs', mount: '/srv' } },
      ],
    },
  ],
}
