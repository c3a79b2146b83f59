import { hasCode } from '../../core/errors.ts'
import { decodePxeOptions } from '../../wire/dhcp4/pxe-options.ts'
import type { DhcpRequest } from '../dhcp/read-request.ts'

/** The boot server types of PXE that we serve: 0 is the bootstrap itself (PXE 2.1 table 2-1). */
const BOOTSTRAP = 0

/** Why a client is none that boots from the network, or asks for a boot server that we are not; undefined where it is. */
export function whyNotNetboot({ packet: { options }, boot }: DhcpRequest): string | undefined {
  if (boot.stage === 'os') return 'it does not boot from the network (option 60 is no PXEClient or HTTPClient)'
  if (options.clientArch === undefined) return 'expected option 93 of a machine that boots from the network, got none'
  if (options.networkInterface === undefined)
    return 'expected option 94 of a machine that boots from the network, got none'
  const type = askedType(options.vendorSpecific)
  return type === undefined || type === BOOTSTRAP ? undefined : `asks for a boot server of type ${type}`
}

function askedType(vendorSpecific: Uint8Array | undefined): number | undefined {
  if (vendorSpecific === undefined) return undefined
  try {
    return decodePxeOptions(vendorSpecific).bootItem?.type
  } catch (error) {
    if (!hasCode(error, 'dhcp.malformed')) throw error
    return undefined
  }
}
