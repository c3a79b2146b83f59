import { AppError } from '../../core/errors.ts'
import { DATA_HEAD_BYTES, writeDataHead } from '../../wire/tftp/packet.ts'

/** A file to be read from: its size in bytes, `read` giving up to `length` bytes from `offset`, fewer at the end. */
export type TftpFile = {
  size: number
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * A file as the DATA packets of one window, side by side so that one call can send them. Blocks are numbered from 1;
 * the last is shorter than the others, empty if need be (RFC 1350 §6).
 */
export type BlockReader = {
  /** Bytes of a packet that is not the last. */
  packetBytes: number
  /** Makes packets up to `number` of what was read already; returns the last that is there now. */
  make(number: number): number
  /** Reads on, so that `make` gets further. Rejects when the file is cut short. */
  load(): Promise<void>
  /** The packets of the blocks from `first` to `last`, which were made and not forgotten; good until the next `make`. */
  packets(first: number, last: number): Uint8Array
  /** Drops blocks up to `number`; returns how many bytes of the file they held. */
  forget(number: number): number
  /** The number of the last block, undefined until it was made. */
  last(): number | undefined
}

export type BlockShape = { blockBytes: number; windowBlocks: number }

const READ_BYTES = 1 << 16

const LF = 10
const CR = 13

/** Netascii (RFC 764): a line ends with CR LF, a bare CR is CR NUL. */
export function toNetascii(bytes: Uint8Array): Uint8Array {
  const extra = bytes.reduce((count, byte) => count + (byte === LF || byte === CR ? 1 : 0), 0)
  const out = Buffer.alloc(bytes.length + extra)
  let at = 0
  for (const byte of bytes) {
    if (byte === LF) out[at++] = CR
    out[at++] = byte
    if (byte === CR) out[at++] = 0
  }
  return out
}

/** Reads a file in large pieces and keeps only the packets that may have to be sent again. */
export function createBlockReader(
  file: Omit<TftpFile, 'close'>,
  { blockBytes, windowBlocks }: BlockShape,
  translate?: (bytes: Uint8Array) => Uint8Array,
): BlockReader {
  const slot = DATA_HEAD_BYTES + blockBytes
  // A short file needs no room for a whole window; netascii may grow to twice its bytes.
  const slots = Math.min(windowBlocks, Math.floor((file.size * (translate ? 2 : 1)) / blockBytes) + 1)
  const packets = Buffer.allocUnsafe(slots * slot)
  // Whole blocks a read, so that no end of one has to be joined to the next.
  const readBytes = Math.max(1, Math.floor(READ_BYTES / blockBytes)) * blockBytes
  let next: Promise<Uint8Array> | undefined
  let piece: Uint8Array = new Uint8Array()
  let used = 0
  let offset = 0
  let [first, made] = [1, 0]
  let last: number | undefined
  let lastBytes = 0

  /** One piece ahead of what is sent. Who fails to need it is not told that it failed. */
  const readNext = (): Promise<Uint8Array> => {
    const reading = file.read(offset, Math.min(readBytes, file.size - offset))
    reading.catch(() => {})
    return reading
  }
  const makeNext = (): boolean => {
    const left = piece.length - used
    if (left < blockBytes && offset < file.size) return false
    const length = Math.min(left, blockBytes)
    const at = (made + 1 - first) * slot
    writeDataHead(packets, at, made + 1)
    packets.set(length === piece.length ? piece : piece.subarray(used, used + length), at + DATA_HEAD_BYTES)
    used += length
    made++
    if (length < blockBytes) [last, lastBytes] = [made, length]
    return true
  }
  return {
    packetBytes: slot,
    last: () => last,
    make: (number) => {
      const most = Math.min(number, first + slots - 1)
      while (made < most && last === undefined && makeNext());
      return Math.min(made, most)
    },
    load: async () => {
      const bytes = await (next ?? readNext())
      next = undefined
      if (bytes.length === 0)
        throw new AppError('resource.not_found', `expected ${file.size} bytes of the file, got ${offset}`)
      offset += bytes.length
      const more = translate ? translate(bytes) : bytes
      piece = used === piece.length ? more : Buffer.concat([piece.subarray(used), more])
      used = 0
      if (offset < file.size) next = readNext()
    },
    packets: (from, to) => {
      const end = to === last ? (to - first) * slot + DATA_HEAD_BYTES + lastBytes : (to - first + 1) * slot
      return packets.subarray((from - first) * slot, end)
    },
    forget: (number) => {
      const blocks = Math.min(number, made) - first + 1
      if (blocks <= 0) return 0
      packets.copyWithin(0, blocks * slot, (made - first + 1) * slot)
      first += blocks
      return blocks * blockBytes - (first > made && made === last ? blockBytes - lastBytes : 0)
    },
  }
}
