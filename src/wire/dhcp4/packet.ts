import { ipv4, text, unsigned } from './codecs.ts'
import { malformed } from './malformed.ts'
import { readFields, writeFields } from './option-area.ts'
import { decodeOptions, OPTIONS, type Options, type RawOptions } from './options.ts'

/**
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *  0|    op (1)     |   htype (1)   |    hlen (1)   |    hops (1)   |
 *  4|                            xid (4)                            |
 *  8|            secs (2)           |           flags (2)           |
 * 12|                          ciaddr  (4)                          |
 * 16|                          yiaddr  (4)                          |
 * 20|                          siaddr  (4)                          |
 * 24|                          giaddr  (4)                          |
 * 28|                          chaddr  (16)                         |
 * 44|                          sname   (64)                         |
 *108|                          file    (128)                        |
 *236|                          99.130.83.99, options                |
 *   +---------------------------------------------------------------+   RFC 2131 §2
 */
const OPTIONS_AT = 240
const COOKIE = 0x63825363
const SNAME = { at: 44, bytes: 64, overload: 2 }
const FILE = { at: 108, bytes: 128, overload: 1 }
const OVERLOAD_BYTES = 3
const RELAY_AGENT = OPTIONS.relayAgent.code

/** The smallest packet a BOOTP relay must pass on (RFC 1542 §2.1). */
const LEAST_BYTES = 300

/** The flag of RFC 2131 §2 by which a client asks to be answered by broadcast. */
export const BROADCAST_FLAG = 0x8000

/** The fixed fields. Addresses are dotted quads, `chaddr` is `hlen` bytes; `sname` and `file` end at their NUL. */
export type DhcpHeader = {
  op: number
  htype: number
  hops: number
  xid: number
  secs: number
  flags: number
  ciaddr: string
  yiaddr: string
  siaddr: string
  giaddr: string
  chaddr: Uint8Array
  sname: string
  file: string
}

/** A packet: the options of the table as values, and all of them as bytes, both in the order of the packet. */
export type DhcpPacket = DhcpHeader & { options: Options; raw: RawOptions }

/** Reads a UDP payload (RFC 2131 §2, §4.1; overload RFC 2132 §9.3). Throws dhcp.malformed and nothing else. */
export function decodePacket(payload: Uint8Array): DhcpPacket {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (bytes.length < OPTIONS_AT) throw malformed('packet', `at least ${OPTIONS_AT} bytes`, `${bytes.length}`)
  const cookie = bytes.readUInt32BE(236)
  if (cookie !== COOKIE) throw malformed('magic cookie', hex(COOKIE), hex(cookie))
  const hlen = bytes[2]!
  if (hlen > 16) throw malformed('hlen', '0 to 16', `${hlen}`)
  const overload = overloadOf(bytes)
  const raw = readFields([
    { name: 'options', bytes: bytes.subarray(OPTIONS_AT) },
    ...[FILE, SNAME]
      .filter((field) => overload & field.overload)
      .map((field) => ({ name: field === FILE ? 'file' : 'sname', bytes: slice(bytes, field) })),
  ])
  const address = (at: number): string => ipv4.decode(bytes.subarray(at, at + 4))
  return {
    op: bytes[0]!,
    htype: bytes[1]!,
    hops: bytes[3]!,
    xid: bytes.readUInt32BE(4),
    secs: bytes.readUInt16BE(8),
    flags: bytes.readUInt16BE(10),
    ciaddr: address(12),
    yiaddr: address(16),
    siaddr: address(20),
    giaddr: address(24),
    chaddr: bytes.subarray(28, 28 + hlen),
    sname: overload & SNAME.overload ? '' : textUntilNul(slice(bytes, SNAME)),
    file: overload & FILE.overload ? '' : textUntilNul(slice(bytes, FILE)),
    options: decodeOptions(raw),
    raw,
  }
}

/** A packet as bytes, and the codes of the options for which there was no room. */
export type EncodedPacket = { bytes: Uint8Array; left: number[] }

/**
 * Writes header and options in the order of `raw`, at most `mostBytes` long, at least 300 (pads after 255). Options
 * that do not fit the options field go to `file` and `sname` where those are empty, announced by option 52; option 82
 * is always the last of the options field, or left out where others need its room (RFC 3046 §2.2).
 */
export function encodePacket(header: DhcpHeader, raw: RawOptions, mostBytes = 1472): EncodedPacket {
  const written = writeOptions(header, raw, mostBytes - OPTIONS_AT)
  const [options, file, sname] = written.fields
  const bytes = Buffer.alloc(Math.max(LEAST_BYTES, OPTIONS_AT + options.length))
  bytes.set([header.op, header.htype, header.chaddr.length, header.hops])
  bytes.writeUInt32BE(header.xid, 4)
  bytes.writeUInt16BE(header.secs, 8)
  bytes.writeUInt16BE(header.flags, 10)
  const addresses = [header.ciaddr, header.yiaddr, header.siaddr, header.giaddr]
  for (const [i, address] of addresses.entries()) bytes.set(ipv4.encode(address), 12 + 4 * i)
  bytes.set(header.chaddr, 28)
  bytes.set(sname.length > 0 ? sname : fitText(header.sname, SNAME.bytes), SNAME.at)
  bytes.set(file.length > 0 ? file : fitText(header.file, FILE.bytes), FILE.at)
  bytes.writeUInt32BE(COOKIE, 236)
  bytes.set(options, OPTIONS_AT)
  return { bytes, left: written.left }
}

type Fields = { fields: [options: Uint8Array, file: Uint8Array, sname: Uint8Array]; left: number[] }

function writeOptions(header: DhcpHeader, asked: RawOptions, room: number): Fields {
  const raw = new Map([...asked].filter(([code]) => code !== OPTIONS.overload.code && code !== RELAY_AGENT))
  const relayAgent = asked.get(RELAY_AGENT)
  if (relayAgent === undefined) return writeWithin(header, raw, room)
  const last = writeFields(new Map([[RELAY_AGENT, relayAgent]]), [room]).fields[0]!.subarray(0, -1)
  const written = writeWithin(header, raw, Math.max(room - last.length, 1))
  const [options, file, sname] = written.fields
  const hasRoom = last.length > 0 && written.left.length === 0
  if (!hasRoom) return withLeft(writeWithin(header, raw, room), RELAY_AGENT)
  const end = options.length - 1
  return { fields: [Buffer.concat([options.subarray(0, end), last, options.subarray(end)]), file, sname], left: [] }
}

const withLeft = ({ fields, left }: Fields, code: number): Fields => ({ fields, left: [...left, code] })

function writeWithin(header: DhcpHeader, raw: RawOptions, room: number): Fields {
  const plain = writeFields(raw, [room])
  const [fileRoom, snameRoom] = [header.file === '' ? FILE.bytes : 0, header.sname === '' ? SNAME.bytes : 0]
  if (plain.left.length === 0 || fileRoom + snameRoom === 0)
    return { fields: [plain.fields[0]!, new Uint8Array(), new Uint8Array()], left: plain.left }
  const { fields, left } = writeFields(raw, [room - OVERLOAD_BYTES, fileRoom, snameRoom])
  const [options, file, sname] = fields as Fields['fields']
  const overload = (file.length > 0 ? FILE.overload : 0) + (sname.length > 0 ? SNAME.overload : 0)
  if (overload === 0) return { fields: [options, file, sname], left }
  return { fields: [Buffer.concat([Uint8Array.of(OPTIONS.overload.code, 1, overload), options]), file, sname], left }
}

function overloadOf(bytes: Buffer): number {
  const value = readFields([{ name: 'options', bytes: bytes.subarray(OPTIONS_AT) }]).get(OPTIONS.overload.code)
  if (value === undefined) return 0
  const overload = unsigned(1).decode(value)
  if (overload < 1 || overload > 3) throw malformed('option 52 (overload)', '1, 2 or 3', `${overload}`)
  return overload
}

const slice = (bytes: Buffer, field: { at: number; bytes: number }): Buffer =>
  bytes.subarray(field.at, field.at + field.bytes)

const textUntilNul = (bytes: Buffer): string => {
  const end = bytes.indexOf(0)
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end))
}

// A name that fills its field has no NUL; PXE ROMs read on without one, so the last byte stays free.
function fitText(value: string, room: number): Uint8Array {
  const bytes = text.encode(value)
  if (bytes.length >= room) throw malformed('header text', `at most ${room - 1} bytes`, `${bytes.length}`)
  return bytes
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`
