import { type Codec, exactly, ipv4, listOf, opaque, text, unsigned } from './codecs.ts'
import { malformed } from './malformed.ts'
import { readSuboptions, writeSuboptions } from './suboptions.ts'

/** Bits of PXE_DISCOVERY_CONTROL (PXE 2.1 table 2-1). */
export const DISCOVERY = { noBroadcast: 1, noMulticast: 2, onlyListed: 4, bootFileWithoutPrompt: 8 } as const

export type BootServers = { type: number; addresses: string[] }
/** Type 0 is the machine's own disk. */
export type BootMenuItem = { type: number; says: string }
/** Seconds until the first item is taken: 0 at once, 255 never. */
export type MenuPrompt = { seconds: number; says: string }
export type BootItem = { type: number; layer: number }

const discoveryControl: Codec<number> = {
  decode: (bytes) => {
    const value = unsigned(1).decode(bytes)
    if (value > 15) throw malformed('discovery control', 'bits 4 to 7 zero', `0x${value.toString(16)}`)
    return value
  },
  encode: unsigned(1).encode,
}

/** Items with a two-byte type and a one-byte length in front. */
function items<T>(
  read: (type: number, length: number, rest: Buffer) => [T, number],
  write: (item: T) => Uint8Array,
): Codec<T[]> {
  return {
    decode: (bytes) => {
      const buffer = Buffer.from(bytes)
      const out: T[] = []
      for (let at = 0; at < buffer.length; ) {
        if (buffer.length - at < 3) throw malformed('PXE list', 'a type and a length', `${buffer.length - at} bytes`)
        const [item, size] = read(buffer.readUInt16BE(at), buffer[at + 2]!, buffer.subarray(at + 3))
        if (size > buffer.length - at - 3) throw malformed('PXE list', `${size} bytes`, `${buffer.length - at - 3}`)
        out.push(item)
        at += 3 + size
      }
      return out
    },
    encode: (list) => Buffer.concat(list.map(write)),
  }
}

const typed = (type: number, length: number, rest: Uint8Array): Uint8Array =>
  Buffer.concat([unsigned(2).encode(type), Uint8Array.of(length), rest])

const bootServers = items<BootServers>(
  (type, count, rest) => {
    const part = rest.subarray(0, count * 4)
    return [{ type, addresses: count === 0 || part.length < count * 4 ? [] : listOf(4, ipv4).decode(part) }, count * 4]
  },
  ({ type, addresses }) => typed(type, addresses.length, listOf(4, ipv4).encode(addresses)),
)

const bootMenu = items<BootMenuItem>(
  (type, length, rest) => {
    if (length === 0) throw malformed('PXE menu', 'a description', 'none')
    return [{ type, says: text.decode(rest.subarray(0, length)) }, length]
  },
  ({ type, says }) => {
    const bytes = text.encode(says)
    return typed(type, bytes.length, bytes)
  },
)

const menuPrompt: Codec<MenuPrompt> = {
  decode: (bytes) => ({ seconds: opaque(1).decode(bytes)[0]!, says: text.decode(bytes.subarray(1)) }),
  encode: ({ seconds, says }) => Buffer.concat([Uint8Array.of(seconds), text.encode(says)]),
}

const bootItem: Codec<BootItem> = {
  decode: (bytes) => {
    const buffer = Buffer.from(exactly(4, bytes))
    return { type: buffer.readUInt16BE(0), layer: buffer.readUInt16BE(2) }
  },
  encode: ({ type, layer }) => Buffer.concat([unsigned(2).encode(type), unsigned(2).encode(layer)]),
}

/** One row per PXE suboption of option 43 (PXE 2.1 table 2-1; RFC 4578 leaves them to that). */
export const PXE_OPTIONS = {
  discoveryControl: { code: 6, codec: discoveryControl },
  discoveryMulticast: { code: 7, codec: ipv4 },
  bootServers: { code: 8, codec: bootServers },
  bootMenu: { code: 9, codec: bootMenu },
  menuPrompt: { code: 10, codec: menuPrompt },
  bootItem: { code: 71, codec: bootItem },
} as const satisfies Record<string, { code: number; codec: Codec<never> | Codec<unknown> }>

type Rows = typeof PXE_OPTIONS
export type PxeOptions = { -readonly [K in keyof Rows]?: ReturnType<Rows[K]['codec']['decode']> }

/** Option 43 of a PXE client or server as values; what has no row is left out. Throws dhcp.malformed. */
export function decodePxeOptions(bytes: Uint8Array): PxeOptions {
  const found = readSuboptions(bytes, 'pad-and-end')
  const entries = Object.entries(PXE_OPTIONS).flatMap(([name, { code, codec }]) => {
    const value = found.get(code)
    return value === undefined ? [] : [[name, codec.decode(value)]]
  })
  return Object.fromEntries(entries)
}

/** PXE suboptions as option 43, in the order of the object's keys, ended by 255. */
export function encodePxeOptions(options: PxeOptions): Uint8Array {
  const values = Object.entries(options).map(([name, value]): [number, Uint8Array] => {
    const { code, codec } = PXE_OPTIONS[name as keyof Rows]
    return [code, (codec as Codec<unknown>).encode(value)]
  })
  return Buffer.concat([writeSuboptions(values), Uint8Array.of(255)])
}
