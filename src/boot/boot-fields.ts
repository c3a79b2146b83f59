import type { BootClient, BootDecision } from '../domain/boot.ts'
import type { Segment } from '../domain/segment.ts'
import type { Options } from '../wire/dhcp4/options.ts'
import { DISCOVERY, encodePxeOptions } from '../wire/dhcp4/pxe-options.ts'
import { HTTP_CLASS, PXE_CLASS } from './boot-client.ts'
import { type FirmwareRow, firmwareOf, whyNoLoader } from './firmware.ts'
import type { LocalOffer } from './local-boot.ts'
import { belowSession } from './session-path.ts'

/** What a DHCP reply says about booting. `why` tells, where nothing is offered to a machine that asked, the reason. */
export type BootFields = { siaddr: string; file: string; options: Options; why: string | undefined }

/** iPXE's encapsulated option 0xb0 = 1 (no-pxedhcp): without it iPXE waits 2 s for a proxyDHCP server. */
const NO_PROXY_DHCP = Uint8Array.of(0xb0, 1, 1)

/** No discovery by broadcast or multicast; a menu of one item, the machine's own disk, which is taken at once. */
const LOCAL_DISK_MENU = encodePxeOptions({
  discoveryControl: DISCOVERY.noBroadcast | DISCOVERY.noMulticast,
  bootMenu: [{ type: 0, says: 'own disk' }],
  menuPrompt: { seconds: 0, says: 'own disk' },
})

const nothing = (why: string | undefined): BootFields => ({ siaddr: '0.0.0.0', file: '', options: {}, why })

/** Paths of the machines' HTTP door: the boot script, and the loaders for UEFI HTTP boot. */
export const BOOT_SCRIPT_PATH = '/boot/ipxe'
export const LOADER_PATH = '/boot/loader'
/** Where UEFI HTTP boot is sent when it is to boot its own disk: nothing is ever served there. */
const NOTHING_PATH = '/boot/none.efi'

/**
 * The boot fields of an OFFER or ACK (RFC 2131 §2; options 66 and 67 RFC 2132 §9.4, §9.5). Firmware gets its loader's
 * name or URL under a grant and without one what sends it on to its disk; iPXE always gets the script's URL, since the
 * script itself says boot, exit or hold. `sessionPath` goes before what is fetched, where no address will tell who asks.
 */
export function bootFields(
  decision: BootDecision,
  client: BootClient,
  segment: Segment,
  httpPort: number,
  sessionPath?: string,
): BootFields {
  if (decision.kind === 'ignore') return nothing(decision.why)
  if (client.stage === 'os') return nothing(undefined)
  const door = `http://${segment.address}:${httpPort}`
  if (client.stage === 'ipxe') {
    const url = `${door}/${belowSession(sessionPath, BOOT_SCRIPT_PATH.slice(1))}`
    const options = { bootFile: url, ipxe: NO_PROXY_DHCP }
    return { siaddr: segment.address, file: url, options, why: undefined }
  }
  const row = firmwareOf(client.arch)
  if (decision.kind === 'local') return { ...nothing(decision.why), options: row ? LOCAL_OPTIONS[row.local](door) : {} }
  const name = decision.loader?.name
  if (!row || name === undefined) return nothing(decision.loader?.why ?? whyNoLoader(client.arch))
  const place = row.by === 'tftp' ? name : `${LOADER_PATH.slice(1)}/${name}`
  return LOADER_FIELDS[row.by](belowSession(sessionPath, place), segment, door)
}

/** What sends firmware on to its own disk, see LOCAL_BOOT. Type 0 of a PXE menu is the local disk (PXE 2.1 table 2-1). */
const LOCAL_OPTIONS: Record<LocalOffer, (door: string) => Options> = {
  noFile: () => ({}),
  pxeMenu: () => ({ vendorClass: PXE_CLASS, vendorSpecific: LOCAL_DISK_MENU }),
  emptyUrl: (door) => ({ vendorClass: HTTP_CLASS, bootFile: `${door}${NOTHING_PATH}` }),
}

/** A name for those who fetch by TFTP, a URL for those who fetch by HTTP: either in the other's offer is an error. */
const LOADER_FIELDS: Record<FirmwareRow['by'], (name: string, segment: Segment, door: string) => BootFields> = {
  tftp: (name, { address }) => ({
    siaddr: address,
    file: name,
    options: { tftpServerName: address, bootFile: name },
    why: undefined,
  }),
  http: (name, { address }, door) => ({
    siaddr: address,
    file: '',
    options: { vendorClass: HTTP_CLASS, bootFile: `${door}/${name}` },
    why: undefined,
  }),
}
