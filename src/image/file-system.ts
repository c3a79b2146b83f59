/** Bytes from the start of a partition that `fileSystemOf` wants. */
export const FILE_SYSTEM_BYTES = 0x10048

/** Where each file system writes its name: offset in bytes from the start of the partition, and what stands there. */
const MARKS = [
  { name: 'ext', offset: 0x438, mark: [0x53, 0xef] },
  { name: 'xfs', offset: 0, mark: [...Buffer.from('XFSB')] },
  { name: 'btrfs', offset: 0x10040, mark: [...Buffer.from('_BHRfS_M')] },
  { name: 'ntfs', offset: 3, mark: [...Buffer.from('NTFS    ')] },
  { name: 'bitlocker', offset: 3, mark: [...Buffer.from('-FVE-FS-')] },
  { name: 'hibernated', offset: 4086, mark: [...Buffer.from('S1SUSPEND')] },
  { name: 'hibernated', offset: 4086, mark: [...Buffer.from('S2SUSPEND')] },
  { name: 'hibernated', offset: 4086, mark: [...Buffer.from('ULSUSPEND')] },
  { name: 'hibernated', offset: 4086, mark: [...Buffer.from('LINHIB0001')] },
  { name: 'swap', offset: 4086, mark: [...Buffer.from('SWAPSPACE2')] },
  { name: 'lvm', offset: 0x218, mark: [...Buffer.from('LVM2 001')] },
  { name: 'luks', offset: 0, mark: [...Buffer.from('LUKS'), 0xba, 0xbe] },
  { name: 'f2fs', offset: 0x400, mark: [0x10, 0x20, 0xf5, 0xf2] },
  { name: 'jfs', offset: 0x8000, mark: [...Buffer.from('JFS1')] },
  { name: 'reiserfs', offset: 0x10034, mark: [...Buffer.from('ReIsEr')] },
  { name: 'raid', offset: 0x1000, mark: [0xfc, 0x4e, 0x2b, 0xa9] },
  { name: 'fat', offset: 0x52, mark: [...Buffer.from('FAT32')] },
  { name: 'fat', offset: 0x36, mark: [...Buffer.from('FAT1')] },
] as const

export type FileSystemName = (typeof MARKS)[number]['name']

/** The file system that a partition's first bytes name, or undefined. */
export const fileSystemOf = (head: Uint8Array): FileSystemName | undefined =>
  MARKS.find(({ offset, mark }) => mark.every((byte, at) => head[offset + at] === byte))?.name
