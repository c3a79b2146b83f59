import { copyFile } from 'node:fs/promises'

/** OVMF's program and its first variables; those of Secure Boot hold Microsoft's keys, with the check switched on. */
const OVMF = { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' }
const OVMF_SECURE = {
  code: '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd',
  variables: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd',
}
/** The boot image lies in memory a second time while it is read. */
const SECURE_MEMORY = 1536

type FirmwareRow = {
  says: string
  uefi: boolean
  /** Network stacks that OVMF is told not to offer, by the names of its fw_cfg switches. */
  without: readonly string[]
  /** The network card's own program: QEMU's default, none, or a file. */
  rom: string | undefined
  secureBoot?: true
}

/** The firmware a machine of the bench may have. On a card without a ROM of its own, OVMF's network stack is used. */
export const BENCH_FIRMWARE = {
  bios: { says: 'SeaBIOS with iPXE as the card’s ROM', uefi: false, without: [], rom: undefined },
  uefi: { says: 'OVMF, its own PXE over TFTP', uefi: true, without: ['IPv6PXESupport'], rom: '' },
  'uefi-http': {
    says: 'OVMF, its own HTTP boot',
    uefi: true,
    without: ['IPv4PXESupport', 'IPv6PXESupport'],
    rom: '',
  },
  'uefi-ipxe': {
    says: 'OVMF with iPXE as the card’s ROM',
    uefi: true,
    without: [],
    rom: '/usr/lib/ipxe/qemu/efi-virtio.rom',
  },
  'secure-boot': {
    ...{ says: 'OVMF with Secure Boot, its own PXE over TFTP', uefi: true, secureBoot: true },
    ...{ without: ['IPv6PXESupport'], rom: '' },
  },
  'secure-boot-http': {
    ...{ says: 'OVMF with Secure Boot, its own HTTP boot', uefi: true, secureBoot: true },
    ...{ without: ['IPv4PXESupport', 'IPv6PXESupport'], rom: '' },
  },
} as const satisfies Record<string, FirmwareRow>

export type BenchFirmware = keyof typeof BENCH_FIRMWARE

const rowOf = (firmware: BenchFirmware): FirmwareRow => BENCH_FIRMWARE[firmware]
const filesOf = (firmware: BenchFirmware): typeof OVMF => (rowOf(firmware).secureBoot ? OVMF_SECURE : OVMF)

/** Whether the firmware starts signed programs only. */
export const hasSecureBoot = (firmware: BenchFirmware): boolean => rowOf(firmware).secureBoot === true

/** Memory in MiB that a machine with this firmware needs. */
export const memoryOf = (firmware: BenchFirmware): number => (hasSecureBoot(firmware) ? SECURE_MEMORY : 1024)

/** A machine's own copy of OVMF's variables, where its boot order lives; undefined for a BIOS. */
export async function makeVariables(firmware: BenchFirmware, file: string): Promise<string | undefined> {
  if (!rowOf(firmware).uefi) return undefined
  await copyFile(filesOf(firmware).variables, file)
  return file
}

/** Its variables can be written from system management mode only, which no operating system is in. */
const SECURE_MACHINE = [
  ...['-machine', 'q35,smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on'],
  ...['-global', 'ICH9-LPC.disable_s3=1'],
]

/** QEMU's words for the firmware. `graphics=off` lets SeaBIOS speak on the serial line; OVMF always does. */
export function firmwareArguments(firmware: BenchFirmware, variables: string | undefined): string[] {
  const row = rowOf(firmware)
  if (!row.uefi) return ['-machine', 'pc,graphics=off']
  return [
    ...(row.secureBoot ? SECURE_MACHINE : ['-machine', 'q35']),
    ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${filesOf(firmware).code}`],
    ...['-drive', `if=pflash,format=raw,unit=1,file=${variables}`],
    ...row.without.flatMap((name) => ['-fw_cfg', `name=opt/org.tianocore/${name},string=n`]),
  ]
}

/** A BIOS is told its boot order by QEMU; UEFI firmware keeps its own, as on a real machine. */
export const bootIndex = (firmware: BenchFirmware, index: number): string =>
  BENCH_FIRMWARE[firmware].uefi ? '' : `,bootindex=${index}`

/** What the network card's device has to say of its ROM. */
export function romArgument(firmware: BenchFirmware): string {
  const { rom } = rowOf(firmware)
  return rom === undefined ? '' : `,romfile=${rom}`
}
