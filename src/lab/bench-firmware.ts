import { copyFile } from 'node:fs/promises'

const OVMF_CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd'
const OVMF_VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.fd'

type FirmwareRow = {
  says: string
  uefi: boolean
  /** Network stacks that OVMF is told not to offer, by the names of its fw_cfg switches. */
  without: readonly string[]
  /** The network card's own program: QEMU's default, none, or a file. */
  rom: string | undefined
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
} as const satisfies Record<string, FirmwareRow>

export type BenchFirmware = keyof typeof BENCH_FIRMWARE

/** A machine's own copy of OVMF's variables, where its boot order lives; undefined for a BIOS. */
export async function makeVariables(firmware: BenchFirmware, file: string): Promise<string | undefined> {
  if (!BENCH_FIRMWARE[firmware].uefi) return undefined
  await copyFile(OVMF_VARIABLES, file)
  return file
}

/** QEMU's words for the firmware. `graphics=off` lets SeaBIOS speak on the serial line; OVMF always does. */
export function firmwareArguments(firmware: BenchFirmware, variables: string | undefined): string[] {
  const row: FirmwareRow = BENCH_FIRMWARE[firmware]
  if (!row.uefi) return ['-machine', 'pc,graphics=off']
  return [
    ...['-machine', 'q35'],
    ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${OVMF_CODE}`],
    ...['-drive', `if=pflash,format=raw,unit=1,file=${variables}`],
    ...row.without.flatMap((name) => ['-fw_cfg', `name=opt/org.tianocore/${name},string=n`]),
  ]
}

/** A BIOS is told its boot order by QEMU; UEFI firmware keeps its own, as on a real machine. */
export const bootIndex = (firmware: BenchFirmware, index: number): string =>
  BENCH_FIRMWARE[firmware].uefi ? '' : `,bootindex=${index}`

/** What the network card's device has to say of its ROM. */
export function romArgument(firmware: BenchFirmware): string {
  const { rom }: FirmwareRow = BENCH_FIRMWARE[firmware]
  return rom === undefined ? '' : `,romfile=${rom}`
}
