import type { LocalOffer } from './local-boot.ts'

/** A first program for a machine's firmware: the name it is asked for by and where Debian keeps the file. */
export type Loader = { name: string; debianPackage: string; source: string }

/** What a kind of firmware is started with, by which protocol it fetches that, and what sends it to its own disk. */
export type FirmwareRow = { arch: number; says: string; by: 'tftp' | 'http'; loader: Loader; local: LocalOffer }

const UNDIONLY = { name: 'undionly.kpxe', debianPackage: 'ipxe', source: '/usr/lib/ipxe/undionly.kpxe' } as const
const SNPONLY = { name: 'snponly.efi', debianPackage: 'ipxe', source: '/usr/lib/ipxe/snponly.efi' } as const

/** Every loader that machines may fetch under a grant. */
export const LOADERS: readonly Loader[] = [UNDIONLY, SNPONLY]

/**
 * Client architectures (option 93, IANA "Processor Architecture Types") that Slipway has a loader for. 9 is EBC by the
 * IANA list and x64 by the table of RFC 4578: whoever says it is an x64 machine.
 */
export const FIRMWARE: readonly FirmwareRow[] = [
  { arch: 0, says: 'x86 BIOS', by: 'tftp', loader: UNDIONLY, local: 'noFile' },
  { arch: 7, says: 'x64 UEFI', by: 'tftp', loader: SNPONLY, local: 'pxeMenu' },
  { arch: 9, says: 'x64 UEFI by RFC 4578', by: 'tftp', loader: SNPONLY, local: 'pxeMenu' },
  { arch: 16, says: 'x64 UEFI HTTP boot', by: 'http', loader: SNPONLY, local: 'emptyUrl' },
]

/** The row of an architecture, or undefined when Slipway has no loader for it. */
export const firmwareOf = (arch: number | undefined): FirmwareRow | undefined =>
  FIRMWARE.find((row) => row.arch === arch)

/** The loader of a name, with or without the slash that some firmware puts before it. */
export const loaderNamed = (name: string): Loader | undefined =>
  LOADERS.find((loader) => loader.name === name.replace(/^\//, ''))

/** Why a machine of this architecture gets no loader; undefined where it does. */
export function whyNoLoader(arch: number | undefined): string | undefined {
  if (firmwareOf(arch)) return undefined
  const known = FIRMWARE.map((row) => `${row.arch} (${row.says})`).join(', ')
  return `expected a client architecture with a loader, ${known}, got ${arch ?? 'none'}`
}
