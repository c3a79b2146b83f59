/** What a version of a disk can leave the library as, each a file of its own. */
export const MEDIA_KINDS = {
  usb: 'the raw disk, to be written onto a stick or a disk',
  qcow2: 'a disk for KVM: compressed qcow2, for QEMU 5.1 and later',
  vmdk: 'a disk for VMware and VirtualBox: stream-optimised vmdk',
  vhdx: 'a disk for Hyper-V: dynamic vhdx',
  iso: 'a medium that deploys the version without a network: hybrid ISO for BIOS and UEFI',
} as const satisfies Record<string, string>

export type MediaKind = keyof typeof MEDIA_KINDS
/** Files to make, by what they are to be. */
export type MediaWish = Partial<Record<MediaKind, string>>
/** A file that was made, its checksum and the key that signed it. Bytes. */
export type MadeMedium = { kind: MediaKind; file: string; bytes: number; sha256: string; signedBy: string }
