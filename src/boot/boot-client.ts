import { formatMac } from '../core/mac.ts'
import type { BootClient, BootStage } from '../domain/boot.ts'
import { knownUuid } from '../domain/machine.ts'
import type { DhcpPacket } from '../wire/dhcp4/packet.ts'
import { firmwareOf } from './firmware.ts'

/** Option 60 of PXE firmware (RFC 4578 §3) and of UEFI HTTP boot (UEFI 2.10 §24.7); replies say it back. */
export const PXE_CLASS = 'PXEClient'
export const HTTP_CLASS = 'HTTPClient'
/** Matched by prefix and case. */
const FIRMWARE_CLASSES = [PXE_CLASS, HTTP_CLASS]

/** What one DHCP request tells of the machine. A UUID that firmware uses for "none" counts as none. */
export function readBootClient(segment: string, packet: DhcpPacket): BootClient {
  return {
    segment,
    mac: formatMac(packet.chaddr),
    uuid: knownUuid(packet.options.machineUuid),
    arch: archOf(packet.options.clientArch),
    stage: stageOf(packet),
  }
}

// iPXE keeps the vendor class of the firmware below it, so its user class is asked first.
function stageOf({ options }: DhcpPacket): BootStage {
  if (options.userClass?.includes('iPXE')) return 'ipxe'
  return FIRMWARE_CLASSES.some((name) => options.vendorClass?.startsWith(name)) ? 'firmware' : 'os'
}

// A machine may list several (RFC 4578 §2.1): the first that we have a loader for counts.
const archOf = (listed: number[] | undefined): number | undefined =>
  listed?.find((arch) => firmwareOf(arch) !== undefined) ?? listed?.[0]
