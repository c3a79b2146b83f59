import { ipv4ToNumber, numberToIpv4 } from '../../core/ipv4.ts'
import { text, unsigned } from './codecs.ts'
import { malformed } from './malformed.ts'
import { readField, sizeOf, writeAll, writeFields } from './option-area.ts'
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
const OVERLOAD = OPTIONS.overload.code

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
  const raw = new Map<number, Uint8Array>()
  readField({ name: 'options', bytes: bytes.subarray(OPTIONS_AT) }, raw)
  const overload = overloadOf(raw)
  if (overload & FILE.overload) readField({ name: 'file', bytes: slice(bytes, FILE) }, raw)
  if (overload & SNAME.overload) readField({ name: 'sname', bytes: slice(bytes, SNAME) }, raw)
  const address = (at: number): string => numberToIpv4(bytes.readUInt32BE(at))
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
    sname: overload & SNAME.overload ? '' : textUntilNul(bytes, SNAME),
    file: overload & FILE.overload ? '' : textUntilNul(bytes, FILE),
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
  const plain = inOrder(raw)
  const size = sizeOf(plain)
  // Nearly every packet has room for all it says, and is then written in one go.
  if (OPTIONS_AT + size > mostBytes) return encodeCramped(header, plain, mostBytes)
  const bytes = startPacket(header, size)
  writeText(bytes, FILE, header.file)
  writeText(bytes, SNAME, header.sname)
  writeAll(plain, bytes, OPTIONS_AT)
  return { bytes, left: [] }
}

function encodeCramped(header: DhcpHeader, raw: RawOptions, mostBytes: number): EncodedPacket {
  const { fields, left } = writeOptions(header, raw, mostBytes - OPTIONS_AT)
  const [options, file, sname] = fields
  const bytes = startPacket(header, options.length)
  if (file.length > 0) bytes.set(file, FILE.at)
  else writeText(bytes, FILE, header.file)
  if (sname.length > 0) bytes.set(sname, SNAME.at)
  else writeText(bytes, SNAME, header.sname)
  bytes.set(options, OPTIONS_AT)
  return { bytes, left }
}

/** A packet with room for `optionBytes`: its fixed fields but for the two texts, the rest zero. */
function startPacket(header: DhcpHeader, optionBytes: number): Buffer {
  const size = Math.max(LEAST_BYTES, OPTIONS_AT + optionBytes)
  // Out of Node's pool: a buffer of its own for each of thousands a second costs the collector more than the writing.
  const bytes = Buffer.allocUnsafe(size).fill(0)
  bytes[0] = header.op
  bytes[1] = header.htype
  bytes[2] = header.chaddr.length
  bytes[3] = header.hops
  bytes.writeUInt32BE(header.xid, 4)
  bytes.writeUInt16BE(header.secs, 8)
  bytes.writeUInt16BE(header.flags, 10)
  bytes.writeUInt32BE(ipv4ToNumber(header.ciaddr), 12)
  bytes.writeUInt32BE(ipv4ToNumber(header.yiaddr), 16)
  bytes.writeUInt32BE(ipv4ToNumber(header.siaddr), 20)
  bytes.writeUInt32BE(ipv4ToNumber(header.giaddr), 24)
  bytes.set(header.chaddr, 28)
  bytes.writeUInt32BE(COOKIE, 236)
  return bytes
}

/** What is written: option 52 is ours to say, and option 82 comes last (RFC 3046 §2.2). */
function inOrder(asked: RawOptions): RawOptions {
  const relayAgent = asked.get(RELAY_AGENT)
  if (relayAgent === undefined && !asked.has(OVERLOAD)) return asked
  const raw = new Map(asked)
  raw.delete(OVERLOAD)
  raw.delete(RELAY_AGENT)
  return relayAgent === undefined ? raw : raw.set(RELAY_AGENT, relayAgent)
}

type Fields = { fields: [options: Uint8Array, file: Uint8Array, sname: Uint8Array]; left: number[] }

function writeOptions(header: DhcpHeader, asked: RawOptions, room: number): Fields {
  const relayAgent = asked.get(RELAY_AGENT)
  if (relayAgent === undefined) return writeWithin(header, asked, room)
  const raw = new Map([...asked].filter(([code]) => code !== RELAY_AGENT))
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
  return { fields: [Buffer.concat([Uint8Array.of(OVERLOAD, 1, overload), options]), file, sname], left }
}

function overloadOf(raw: RawOptions): number {
  const value = raw.get(OVERLOAD)
  if (value === undefined) return 0
  const overload = unsigned(1).decode(value)
  if (overload < 1 || overload > 3) throw malformed('option 52 (overload)', '1, 2 or 3', `${overload}`)
  return overload
}

type TextField = { at: number; bytes: number }

const slice = (bytes: Buffer, field: TextField): Buffer => bytes.subarray(field.at, field.at + field.bytes)

function textUntilNul(bytes: Buffer, field: TextField): string {
  if (bytes[field.at] === 0) return ''
  const all = slice(bytes, field)
  const end = all.indexOf(0)
  return text.decode(end < 0 ? all : all.subarray(0, end))
}

// A name that fills its field has no NUL; PXE ROMs read on without one, so the last byte stays free.
function writeText(bytes: Buffer, field: TextField, value: string): void {
  if (value === '') return
  const encoded = text.encode(value)
  if (encoded.length >= field.bytes)
    throw malformed('header text', `at most ${field.bytes - 1} bytes`, `${encoded.length}`)
  bytes.set(encoded, field.at)
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`
