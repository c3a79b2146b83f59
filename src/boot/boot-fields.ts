import type { BootClient, BootDecision } from '../domain/boot.ts'
import type { Segment } from '../domain/segment.ts'
import type { Options } from '../wire/dhcp4/options.ts'
import { firmwareOf, whyNoLoader } from './firmware.ts'

/** What a DHCP reply says about booting. `why` tells, where nothing is offered to a machine that asked, the reason. */
export type BootFields = { siaddr: string; file: string; options: Options; why: string | undefined }

/** iPXE's encapsulated option 0xb0 = 1 (no-pxedhcp): without it iPXE waits 2 s for a proxyDHCP server. */
const NO_PROXY_DHCP = Uint8Array.of(0xb0, 1, 1)

const nothing = (why: string | undefined): BootFields => ({ siaddr: '0.0.0.0', file: '', options: {}, why })

/** The path of the boot script at the machines' HTTP door. */
export const BOOT_SCRIPT_PATH = '/boot/ipxe'

/**
 * The boot fields of an OFFER or ACK (RFC 2131 §2; options 66 and 67 RFC 2132 §9.4, §9.5). Firmware gets its
 * loader by TFTP; iPXE always gets the script's URL, since the script itself says boot, exit or hold.
 */
export function bootFields(decision: BootDecision, client: BootClient, segment: Segment, httpPort: number): BootFields {
  if (decision.kind === 'ignore') return nothing(decision.why)
  if (client.stage === 'os') return nothing(undefined)
  if (client.stage === 'ipxe') {
    const url = `http://${segment.address}:${httpPort}${BOOT_SCRIPT_PATH}`
    const options = { bootFile: url, ipxe: NO_PROXY_DHCP }
    return { siaddr: segment.address, file: url, options, why: undefined }
  }
  if (decision.kind === 'local') return nothing(decision.why)
  const row = firmwareOf(client.arch)
  if (!row) return nothing(whyNoLoader(client.arch))
  const options = { tftpServerName: segment.address, bootFile: row.loader }
  return { siaddr: segment.address, file: row.loader, options, why: undefined }
}
