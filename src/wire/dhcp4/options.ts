import { AppError } from '../../core/errors.ts'
import { classlessRoutes } from './classless-routes.ts'
import {
  byteList,
  type Codec,
  ipv4,
  listOf,
  messageType,
  opaque,
  text,
  unsigned,
  userClass,
  zeroEndedText,
} from './codecs.ts'
import { machineUuid } from './machine-uuid.ts'
import { malformed } from './malformed.ts'

/** One row per option we understand. Sections are of RFC 2132 unless named. */
export const OPTIONS = {
  subnetMask: { code: 1, codec: ipv4 }, //                          §3.3
  routers: { code: 3, codec: listOf(4, ipv4) }, //                  §3.5
  dnsServers: { code: 6, codec: listOf(4, ipv4) }, //               §3.8
  hostName: { code: 12, codec: text }, //                           §3.14
  domainName: { code: 15, codec: text }, //                         §3.17
  broadcastAddress: { code: 28, codec: ipv4 }, //                   §5.3
  ntpServers: { code: 42, codec: listOf(4, ipv4) }, //              §8.3
  vendorSpecific: { code: 43, codec: opaque(0) }, //                §8.4
  requestedAddress: { code: 50, codec: ipv4 }, //                   §9.1
  leaseSeconds: { code: 51, codec: unsigned(4) }, //                §9.2
  overload: { code: 52, codec: unsigned(1) }, //                    §9.3
  messageType: { code: 53, codec: messageType }, //                 §9.6
  serverId: { code: 54, codec: ipv4 }, //                           §9.7
  requestedOptions: { code: 55, codec: byteList }, //                §9.8
  message: { code: 56, codec: text }, //                            §9.9
  maxMessageBytes: { code: 57, codec: unsigned(2) }, //             §9.10
  renewalSeconds: { code: 58, codec: unsigned(4) }, //              §9.11
  rebindingSeconds: { code: 59, codec: unsigned(4) }, //            §9.12
  vendorClass: { code: 60, codec: text }, //                        §9.13
  clientId: { code: 61, codec: opaque(2) }, //                      §9.14
  tftpServerName: { code: 66, codec: text }, //                     §9.4
  bootFile: { code: 67, codec: zeroEndedText }, //                  §9.5
  userClass: { code: 77, codec: userClass }, //                     RFC 3004, iPXE
  relayAgent: { code: 82, codec: opaque(0) }, //                    RFC 3046, echoed byte for byte
  clientArch: { code: 93, codec: listOf(2, unsigned(2)) }, //       RFC 4578 §2.1
  networkInterface: { code: 94, codec: opaque(3) }, //              RFC 4578 §2.2
  machineUuid: { code: 97, codec: machineUuid }, //                 RFC 4578 §2.3
  classlessRoutes: { code: 121, codec: classlessRoutes }, //        RFC 3442
  tftpServers: { code: 150, codec: listOf(4, ipv4) }, //            RFC 5859 §2
  ipxe: { code: 175, codec: opaque(0) }, //                         iPXE's encapsulated options
  pxelinuxMagic: { code: 208, codec: opaque(0) }, //                RFC 5071 §3
  pxelinuxConfigFile: { code: 209, codec: text }, //                RFC 5071 §4
  pxelinuxPathPrefix: { code: 210, codec: text }, //                RFC 5071 §5
  pxelinuxRebootSeconds: { code: 211, codec: unsigned(4) }, //      RFC 5071 §6
} as const satisfies Record<string, { code: number; codec: Codec<never> | Codec<unknown> }>

type Rows = typeof OPTIONS
export type OptionName = keyof Rows
export type Options = { -readonly [K in OptionName]?: ReturnType<Rows[K]['codec']['decode']> }

/** Every option of a packet as bytes, by code, in the order in which it was first seen. */
export type RawOptions = ReadonlyMap<number, Uint8Array>

const nameByCode = new Map(Object.entries(OPTIONS).map(([name, { code }]) => [code as number, name as OptionName]))

/** The options of the table as values, in the order of the packet. Others stay in `raw`. Throws dhcp.malformed. */
export function decodeOptions(raw: RawOptions): Options {
  const options: Record<string, unknown> = {}
  for (const [code, bytes] of raw) {
    const name = nameByCode.get(code)
    if (name !== undefined) options[name] = decodeOne(name, code, bytes)
  }
  return options
}

/** Values as bytes by code, in the order of the object's keys. */
export function encodeOptions(options: Options): Map<number, Uint8Array> {
  const raw = new Map<number, Uint8Array>()
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const { code, codec } = OPTIONS[name as OptionName]
    raw.set(code, (codec as Codec<unknown>).encode(value))
  }
  return raw
}

function decodeOne(name: OptionName, code: number, bytes: Uint8Array): unknown {
  try {
    return OPTIONS[name].codec.decode(bytes)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw malformed(
      `option ${code} (${name}), ${error.details.where}`,
      `${error.details.expected}`,
      `${error.details.got}`,
    )
  }
}
