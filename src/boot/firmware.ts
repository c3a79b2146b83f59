import type { LoaderFamily } from '../domain/boot.ts'
import type { LocalOffer } from './local-boot.ts'

/** Where a loader's file is: in a Debian package, put into the data folder's `loaders` by the operator, or built by us. */
export type LoaderOrigin = DebianFile | 'operator-supplied' | 'built'
type DebianFile = { debianPackage: string; path: string }

/** A program for a machine's firmware, or for its first loader: the name it is asked for by, and what it leads to. */
export type Loader = { name: string; says: string; family: LoaderFamily; from: LoaderOrigin }

/**
 * What a kind of firmware may be started with, one loader a family, by which protocol it fetches that, and what sends it
 * to its own disk.
 */
export type FirmwareRow = {
  arch: number
  says: string
  by: 'tftp' | 'http'
  loaders: { ipxe: Loader; shim?: Loader }
  local: LocalOffer
}

const ipxe = (name: string, says: string, path?: string): Loader => ({
  ...{ name, says, family: 'ipxe' },
  from: path ? { debianPackage: 'ipxe', path } : 'operator-supplied',
})
const shim = (name: string, says: string, debianPackage: string, path: string): Loader & { from: DebianFile } => ({
  ...{ name, says, family: 'shim', from: { debianPackage, path } },
})

const SIGNED_GRUB = '/usr/lib/grub/x86_64-efi-signed'
const UNDIONLY = ipxe('undionly.kpxe', 'iPXE over the card’s PXE ROM', '/usr/lib/ipxe/undionly.kpxe')
const SNPONLY = ipxe('snponly.efi', 'iPXE over the firmware’s network', '/usr/lib/ipxe/snponly.efi')
const IPXE_IA32 = ipxe('ipxe-ia32.efi', 'iPXE for 32-bit UEFI')
const IPXE_ARM64 = ipxe('ipxe-arm64.efi', 'iPXE for ARM64 UEFI')
const SHIM = shim('shimx64.efi', 'shim', 'shim-signed', '/usr/lib/shim/shimx64.efi.signed')
const NET_GRUB = shim(
  'grubx64.efi',
  'GRUB that reads by TFTP, asked for by shim',
  'grub-efi-amd64-signed',
  `${SIGNED_GRUB}/grubnetx64.efi.signed`,
)
const DISK_GRUB = shim(
  'grubx64.efi (in slipway.img)',
  'GRUB that reads the image it lies in',
  'grub-efi-amd64-signed',
  `${SIGNED_GRUB}/grubx64.efi.signed`,
)

/** Shim, GRUB, its script, kernel and ramdisk as one FAT image: GRUB's signed build fetches nothing by HTTP. */
export const BOOT_IMAGE: Loader = { name: 'slipway.img', says: 'shim and all it needs', family: 'shim', from: 'built' }

/** What BOOT_IMAGE starts with, by the roles that its builder knows. */
export const BOOT_IMAGE_PARTS = { shim: SHIM, grub: DISK_GRUB } as const

/** Every loader that machines may ask for under a grant. */
export const LOADERS: readonly Loader[] = [UNDIONLY, SNPONLY, SHIM, NET_GRUB, BOOT_IMAGE, IPXE_IA32, IPXE_ARM64]

const X64 = { loaders: { ipxe: SNPONLY, shim: SHIM }, by: 'tftp', local: 'pxeMenu' } as const

/**
 * Client architectures (option 93, IANA "Processor Architecture Types") that Slipway has a loader for. 9 is EBC by the
 * IANA list and x64 by the table of RFC 4578: whoever says it is an x64 machine.
 */
export const FIRMWARE: readonly FirmwareRow[] = [
  { arch: 0, says: 'x86 BIOS', by: 'tftp', loaders: { ipxe: UNDIONLY }, local: 'noFile' },
  { arch: 6, says: 'ia32 UEFI', by: 'tftp', loaders: { ipxe: IPXE_IA32 }, local: 'pxeMenu' },
  { arch: 7, says: 'x64 UEFI', ...X64 },
  { arch: 9, says: 'x64 UEFI by RFC 4578', ...X64 },
  { arch: 11, says: 'ARM64 UEFI', by: 'tftp', loaders: { ipxe: IPXE_ARM64 }, local: 'pxeMenu' },
  {
    ...{ arch: 16, says: 'x64 UEFI HTTP boot', by: 'http', local: 'emptyUrl' },
    loaders: { ipxe: SNPONLY, shim: BOOT_IMAGE },
  },
  { arch: 19, says: 'ARM64 UEFI HTTP boot', by: 'http', loaders: { ipxe: IPXE_ARM64 }, local: 'emptyUrl' },
]

/** The row of an architecture, or undefined when Slipway has no loader for it. */
export const firmwareOf = (arch: number | undefined): FirmwareRow | undefined =>
  FIRMWARE.find((row) => row.arch === arch)

/** The loader of a name, with or without the slashes that some firmware, and shim, put before it. */
export const loaderNamed = (name: string): Loader | undefined =>
  LOADERS.find((loader) => loader.name === name.replace(/^\/+/, ''))

/** Why a machine of this architecture gets no loader; undefined where it does. */
export function whyNoLoader(arch: number | undefined): string | undefined {
  if (firmwareOf(arch)) return undefined
  const known = FIRMWARE.map((row) => `${row.arch} (${row.says})`).join(', ')
  return `expected a client architecture with a loader, ${known}, got ${arch ?? 'none'}`
}
