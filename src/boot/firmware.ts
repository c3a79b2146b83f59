/** What a kind of firmware is started with: the TFTP name of its loader and where Debian keeps the file. */
export type FirmwareRow = { arch: number; says: string; loader: string; debianPackage: string; source: string }

/** Client architectures (option 93, IANA "Processor Architecture Types") that Slipway has a loader for. */
export const FIRMWARE: readonly FirmwareRow[] = [
  {
    arch: 0,
    says: 'x86 BIOS',
    loader: 'undionly.kpxe',
    debianPackage: 'ipxe',
    source: '/usr/lib/ipxe/undionly.kpxe',
  },
]

/** The row of an architecture, or undefined when Slipway has no loader for it. */
export const firmwareOf = (arch: number | undefined): FirmwareRow | undefined =>
  FIRMWARE.find((row) => row.arch === arch)

/** Why a machine of this architecture gets no loader; undefined where it does. */
export function whyNoLoader(arch: number | undefined): string | undefined {
  if (firmwareOf(arch)) return undefined
  const known = FIRMWARE.map((row) => `${row.arch} (${row.says})`).join(', ')
  return `expected a client architecture with a loader, ${known}, got ${arch ?? 'none'}`
}
