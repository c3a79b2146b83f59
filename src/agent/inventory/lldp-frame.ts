import { formatMac } from '../../core/mac.ts'
import type { Neighbour } from '../../domain/inventory.ts'

/** What one frame says: a neighbour, and for how many seconds that is to be believed; 0 where it goes (§8.5.4). */
export type LldpFrame = { neighbour: Neighbour; seconds: number }

const ETHERNET_HEADER_BYTES = 14
const ETHER_TYPE = 0x88cc
const MOST_LETTERS = 256
/** Types of TLVs (IEEE 802.1AB-2016 §8.5). */
const TLV = { end: 0, chassis: 1, port: 2, timeToLive: 3, portDescription: 4, systemName: 5 } as const
/** Subtypes of chassis and port ids that are not text (§8.5.2.2, §8.5.3.2). */
const CHASSIS = { mac: 4, address: 5 } as const
const PORT = { mac: 3, address: 4 } as const
/** Address families (IANA). */
const [IPV4, IPV6] = [1, 2]

/** The neighbour in an Ethernet frame, undefined where it is no LLDP frame or lacks what the standard wants in each. */
export function parseLldpFrame(frame: Buffer): LldpFrame | undefined {
  if (frame.length < ETHERNET_HEADER_BYTES || frame.readUInt16BE(12) !== ETHER_TYPE) return undefined
  const values = readTlvs(frame.subarray(ETHERNET_HEADER_BYTES))
  const chassis = idOf(values.get(TLV.chassis), CHASSIS)
  const port = idOf(values.get(TLV.port), PORT)
  const lives = values.get(TLV.timeToLive)
  if (!chassis || !port || !lives || lives.length < 2) return undefined
  const systemName = textOf(values.get(TLV.systemName))
  const portDescription = textOf(values.get(TLV.portDescription))
  return {
    neighbour: {
      chassis,
      port,
      ...(systemName ? { systemName } : {}),
      ...(portDescription ? { portDescription } : {}),
    },
    seconds: lives.readUInt16BE(0),
  }
}

/** The first value of each type as far as the frame is whole. Seven bits of type and nine of length stand before each. */
function readTlvs(bytes: Buffer): Map<number, Buffer> {
  const values = new Map<number, Buffer>()
  for (let at = 0; at + 2 <= bytes.length; ) {
    const head = bytes.readUInt16BE(at)
    const [type, end] = [head >> 9, at + 2 + (head & 0x1ff)]
    if (type === TLV.end || end > bytes.length) break
    if (!values.has(type)) values.set(type, bytes.subarray(at + 2, end))
    at = end
  }
  return values
}

function idOf(value: Buffer | undefined, subtypes: { mac: number; address: number }): string | undefined {
  if (!value || value.length < 2) return undefined
  const [subtype, id] = [value[0]!, value.subarray(1)]
  if (subtype === subtypes.mac && id.length === 6) return formatMac(id)
  if (subtype === subtypes.address) return addressOf(id) ?? id.toString('hex').slice(0, MOST_LETTERS)
  return textOf(id)
}

function addressOf(id: Buffer): string | undefined {
  const [family, address] = [id[0], id.subarray(1)]
  if (family === IPV4 && address.length === 4) return address.join('.')
  if (family === IPV6 && address.length === 16) return address.toString('hex').replace(/(.{4})(?!$)/g, '$1:')
  return undefined
}

const textOf = (value: Buffer | undefined): string | undefined =>
  value?.toString('utf8').replace(/\0+$/, '').trim().slice(0, MOST_LETTERS) || undefined
