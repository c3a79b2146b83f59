/**
 * What a ramdisk flavour is made of: the kernel's meta package, the modules (with their closure) it carries, and packages
 * and programs that only it has.
 */
export type Flavour = {
  kernelMetaPackage: string
  modules: readonly string[]
  packages: readonly string[]
  tools: readonly string[]
}

const VIRTUAL_MACHINES = [
  'virtio_pci',
  'virtio_blk',
  'virtio_scsi',
  'virtio_net',
  'virtio_rng',
  'ext4',
  'crc32c_generic',
  'sd_mod',
  'nvme',
  'vfat',
  'nls_ascii',
  'nls_cp437',
  'efivarfs',
  // A deployment medium: its drive, where that is a CD, and its file system.
  'sr_mod',
  'isofs',
  // The copy of a disk that is captured.
  'loop',
  'dm-snapshot',
] as const

const COMMON_SERVERS = [
  ...[
    'ahci',
    'ata_piix',
    'ata_generic',
    'megaraid_sas',
    'mpt3sas',
    'hpsa',
    'smartpqi',
    'aacraid',
    'mptsas',
    'vmw_pvscsi',
    'hv_storvsc',
  ],
  ...['e1000', 'e1000e', 'igb', 'igc', 'ixgbe', 'i40e', 'ice', 'tg3', 'bnx2', 'bnx2x', 'bnxt_en', 'r8169', '8139cp'],
  ...['mlx4_en', 'mlx5_core', 'be2net', 'cxgb4', 'qede', 'ena', 'vmxnet3', 'hv_netvsc', 'atlantic', 'sfc'],
  ...['usb_storage', 'uas', 'xhci_pci', 'ehci_pci', 'tpm_tis', 'tpm_crb'],
  // The management controller.
  ...['ipmi_si', 'ipmi_devintf'],
] as const

/** The flavours a hardware profile may name. `cloud` starts fast in virtual machines; `generic` drives real servers. */
export const FLAVOURS = {
  cloud: { kernelMetaPackage: 'linux-image-cloud-amd64', modules: VIRTUAL_MACHINES, packages: [], tools: [] },
  generic: {
    kernelMetaPackage: 'linux-image-amd64',
    modules: [...VIRTUAL_MACHINES, ...COMMON_SERVERS],
    // The kernel of virtual machines has no IPMI.
    packages: ['ipmitool', 'libfreeipmi17', 'libgcrypt20', 'libgpg-error0'],
    tools: ['/usr/bin/ipmitool'],
  },
} as const satisfies Record<string, Flavour>

export type FlavourName = keyof typeof FLAVOURS

/** Debian packages whose files may go into the ramdisk, besides the kernel. Their dependencies are named, not guessed. */
export const TOOL_PACKAGES = [
  ...['busybox', 'kmod', 'fdisk', 'util-linux', 'e2fsprogs', 'efibootmgr'],
  ...['libc6', 'libgcc-s1', 'libstdc++6', 'zlib1g', 'libzstd1', 'liblzma5', 'libssl3', 'libkmod2'],
  ...[
    'libext2fs2',
    'libcom-err2',
    'libss2',
    'logsave',
    'libblkid1',
    'libuuid1',
    'libmount1',
    'libselinux1',
    'libpcre2-8-0',
  ],
  ...[
    'libfdisk1',
    'libsmartcols1',
    'libtinfo6',
    'libreadline8',
    'libcap2',
    'libcap-ng0',
    'libudev1',
    'libcrypt1',
    'libpam0g',
    'libefivar1',
    'libefiboot1',
    'libpopt0',
  ],
  // The copy of a disk that is captured, and what knows the used blocks of file systems.
  ...['mount', 'dmsetup', 'libdevmapper1.02.1', 'partclone', 'libncursesw6', 'libntfs-3g89', 'ntfs-3g'],
  // Hears LLDP: a quarter of what socat and its libraries take, a sixth of tcpdump.
  'luajit',
] as const

/** Programs the agent starts, by their path in the packages. */
export const TOOLS = [
  '/bin/busybox',
  '/bin/kmod',
  '/sbin/sfdisk',
  '/sbin/blkdiscard',
  '/sbin/blockdev',
  '/sbin/e2fsck',
  '/sbin/resize2fs',
  '/usr/bin/partx',
  '/bin/efibootmgr',
  '/sbin/losetup',
  '/sbin/dmsetup',
  '/usr/sbin/partclone.extfs',
  '/usr/sbin/partclone.fat',
  '/usr/sbin/partclone.ntfs',
  '/bin/ntfscat',
  '/bin/ntfsls',
  '/usr/bin/luajit',
] as const

/** Applets of busybox that the start script and the agent use, linked by name. */
export const APPLETS = [
  ...['sh', 'mount', 'umount', 'mkdir', 'cat', 'ls', 'ip', 'udhcpc', 'sleep', 'reboot', 'poweroff', 'sync', 'dmesg'],
  ...['sort', 'uniq', 'sed', 'tr', 'env', 'grep', 'hostname', 'switch_root', 'setsid', 'mknod', 'chmod', 'ln', 'rm'],
] as const
