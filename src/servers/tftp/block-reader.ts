import { AppError } from '../../core/errors.ts'

/** A file to be read from: its size in bytes, `read` giving up to `length` bytes from `offset`, fewer at the end. */
export type TftpFile = {
  size: number
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** A file as numbered blocks from 1; the last is shorter than the others, empty if need be (RFC 1350 §6). */
export type BlockReader = {
  /** A block that is the next one, or was read and not yet forgotten. */
  block(number: number): Promise<Uint8Array>
  /** Drops blocks up to `number`; returns how many bytes they held. */
  forget(number: number): number
  /** The number of the last block, undefined until it was read. */
  last(): number | undefined
}

const READ_BYTES = 1 << 17

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

/** Reads a file block by block, keeping only what may have to be sent again. Rejects when the file is cut short. */
export function createBlockReader(
  file: TftpFile,
  blockBytes: number,
  translate: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): BlockReader {
  const kept = new Map<number, Uint8Array>()
  let rest: Uint8Array = new Uint8Array()
  let offset = 0
  let made = 0
  let forgotten = 0
  let last: number | undefined

  const fill = async (): Promise<void> => {
    while (rest.length < blockBytes && offset < file.size) {
      const bytes = await file.read(offset, Math.min(READ_BYTES, file.size - offset))
      if (bytes.length === 0)
        throw new AppError('resource.not_found', `expected ${file.size} bytes of the file, got ${offset}`)
      offset += bytes.length
      rest = rest.length === 0 ? translate(bytes) : Buffer.concat([rest, translate(bytes)])
    }
  }
  return {
    last: () => last,
    block: async (number) => {
      const again = kept.get(number)
      if (again) return again
      if (rest.length < blockBytes) await fill()
      const block = rest.subarray(0, blockBytes)
      rest = rest.subarray(block.length)
      made++
      kept.set(made, block)
      if (block.length < blockBytes) last = made
      return block
    },
    forget: (number) => {
      let bytes = 0
      for (; forgotten < number; forgotten++) {
        bytes += kept.get(forgotten + 1)?.length ?? 0
        kept.delete(forgotten + 1)
      }
      return bytes
    },
  }
}
