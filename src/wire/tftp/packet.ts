import { AppError } from '../../core/errors.ts'

/** Options by lower-case name, in the order of the packet (RFC 2347 compares names without case). */
export type TftpOptions = ReadonlyMap<string, string>

/** A TFTP packet. `mode` is lower case; `block` is the 16-bit number of the wire. */
export type TftpPacket =
  | { kind: 'rrq' | 'wrq'; name: string; mode: string; options: TftpOptions }
  | { kind: 'data'; block: number; data: Uint8Array }
  | { kind: 'ack'; block: number }
  | { kind: 'error'; code: number; message: string }
  | { kind: 'oack'; options: TftpOptions }

/**
 *  1, 2  | name | 0 | mode | 0 | option | 0 | value | 0 | ...   RFC 1350 §5, RFC 2347
 *  3     | block (2) | data                                     RFC 1350 §5
 *  4     | block (2)                                            RFC 1350 §5
 *  5     | code (2) | message | 0                               RFC 1350 §5
 *  6     | option | 0 | value | 0 | ...                         RFC 2347
 */
const OPCODES = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const satisfies Record<
  TftpPacket['kind'],
  number
>
const KINDS = Object.keys(OPCODES) as TftpPacket['kind'][]

/** RFC 2347: a request with its options is at most 512 octets. */
const LONGEST_REQUEST = 512

/** Reads a UDP payload. Throws tftp.malformed and nothing else. */
export function decodeTftp(payload: Uint8Array): TftpPacket {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (bytes.length < 4) throw malformed('packet', 'at least 4 bytes', `${bytes.length}`)
  const opcode = bytes.readUInt16BE(0)
  const kind = KINDS[opcode - 1]
  if (kind === undefined) throw malformed('opcode', `1 to ${KINDS.length}`, `${opcode}`)
  if (kind === 'rrq' || kind === 'wrq') return readRequest(kind, bytes)
  if (kind === 'oack') return { kind, options: readOptions(readStrings(bytes.subarray(2))) }
  const number = bytes.readUInt16BE(2)
  if (kind === 'data') return { kind, block: number, data: bytes.subarray(4) }
  if (kind === 'error') return { kind, code: number, message: readMessage(bytes.subarray(4)) }
  if (bytes.length !== 4) throw malformed('ack', '4 bytes', `${bytes.length}`)
  return { kind, block: number }
}

/** Writes a packet. Names and values must not hold a NUL; text is UTF-8. */
export function encodeTftp(packet: TftpPacket): Uint8Array {
  const opcode = Uint8Array.of(0, OPCODES[packet.kind])
  switch (packet.kind) {
    case 'rrq':
    case 'wrq':
      return Buffer.concat([opcode, strings(packet.name, packet.mode, ...[...packet.options].flat())])
    case 'data':
      return Buffer.concat([opcode, uint16(packet.block), packet.data])
    case 'ack':
      return Buffer.concat([opcode, uint16(packet.block)])
    case 'error':
      return Buffer.concat([opcode, uint16(packet.code), strings(packet.message)])
    case 'oack':
      return Buffer.concat([opcode, strings(...[...packet.options].flat())])
  }
}

/** What stands before the data in a DATA packet, in bytes. */
export const DATA_HEAD_BYTES = 4

/** Writes the head of a DATA packet; of `block` the low 16 bits, so that 0 follows 65535. */
export function writeDataHead(out: Uint8Array, at: number, block: number): void {
  out[at] = 0
  out[at + 1] = OPCODES.data
  out[at + 2] = block >> 8
  out[at + 3] = block
}

/** The block number of a packet that is an ACK and nothing else, undefined for any other. */
export const ackedBlock = (payload: Uint8Array): number | undefined =>
  payload.length === 4 && payload[0] === 0 && payload[1] === OPCODES.ack ? (payload[2]! << 8) | payload[3]! : undefined

function readRequest(kind: 'rrq' | 'wrq', bytes: Buffer): TftpPacket {
  if (bytes.length > LONGEST_REQUEST) throw malformed(kind, `at most ${LONGEST_REQUEST} bytes`, `${bytes.length}`)
  const [name, mode, ...rest] = readStrings(bytes.subarray(2))
  if (!name || !mode) throw malformed(kind, 'a name and a mode', JSON.stringify([name ?? null, mode ?? null]))
  return { kind, name, mode: mode.toLowerCase(), options: readOptions(rest) }
}

function readStrings(bytes: Buffer): string[] {
  if (bytes.at(-1) !== 0) throw malformed('strings', 'a NUL at the end', `0x${bytes.subarray(-1).toString('hex')}`)
  return bytes.subarray(0, -1).toString('utf8').split('\0')
}

// RFC 2347 allows an option once; of several the first counts.
function readOptions(strings: string[]): TftpOptions {
  if (strings.length % 2 !== 0) throw malformed('options', 'a value for each', `${strings.length} strings`)
  const options = new Map<string, string>()
  for (let i = 0; i < strings.length; i += 2) {
    const name = strings[i]!.toLowerCase()
    if (!options.has(name)) options.set(name, strings[i + 1]!)
  }
  return options
}

// Some clients leave the NUL after an error message away.
const readMessage = (bytes: Buffer): string => bytes.toString('utf8').split('\0', 1)[0]!

const strings = (...values: string[]): Uint8Array => Buffer.from(values.map((value) => `${value}\0`).join(''))

const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255)

const malformed = (where: string, expected: string, got: string): AppError =>
  new AppError('tftp.malformed', `${where}: expected ${expected}, got ${got}`, { where, expected, got })
