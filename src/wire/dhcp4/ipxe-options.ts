import { readSuboptions } from './suboptions.ts'

/** What a build of iPXE can do, by the suboption of option 175 that says so with a 1. */
export const IPXE_FEATURES = {
  'pxe-ext': 0x10,
  iscsi: 0x11,
  aoe: 0x12,
  http: 0x13,
  https: 0x14,
  tftp: 0x15,
  ftp: 0x16,
  dns: 0x17,
  bzimage: 0x18,
  multiboot: 0x19,
  srp: 0x1b,
  nbi: 0x20,
  pxe: 0x21,
  elf: 0x22,
  comboot: 0x23,
  efi: 0x24,
  fcoe: 0x25,
  vlan: 0x26,
  menu: 0x27,
  sdi: 0x28,
  nfs: 0x29,
} as const satisfies Record<string, number>

export type IpxeFeature = keyof typeof IPXE_FEATURES

/** The features in option 175 of an iPXE client, in the order of the table. Throws dhcp.malformed. */
export function readIpxeFeatures(bytes: Uint8Array): IpxeFeature[] {
  const found = readSuboptions(bytes, 'pad-and-end')
  const names = Object.keys(IPXE_FEATURES) as IpxeFeature[]
  return names.filter((name) => (found.get(IPXE_FEATURES[name])?.[0] ?? 0) > 0)
}
