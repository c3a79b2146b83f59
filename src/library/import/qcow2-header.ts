import { AppError } from '../../core/errors.ts'

/** Bytes of the file that `checkQcow2Header` wants to see. */
export const QCOW2_HEADER_BYTES = 104

const MAGIC = 0x514649fb
const EXTERNAL_DATA_FILE = 2n
/** Dirty, corrupt, compression type, extended L2: bits that keep all bytes inside of the file. */
const KNOWN_FEATURES = 0b1_1011n

/**
 * Judges a qcow2 header (QEMU docs/interop/qcow2.txt) before any program opens the file, because a program may follow
 * what it points at. Throws image.malformed for a backing file, an external data file, encryption or unknown features.
 */
export function checkQcow2Header(head: Uint8Array): void {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head.length < 72 || view.getUint32(0) !== MAGIC) throw refused('a qcow2 header', 'another')
  const version = view.getUint32(4)
  if (version !== 2 && version !== 3) throw refused('qcow2 version 2 or 3', String(version))
  if (view.getBigUint64(8) !== 0n || view.getUint32(16) !== 0) throw refused('no backing file', 'one')
  if (view.getUint32(32) !== 0) throw refused('no encryption', `method ${view.getUint32(32)}`)
  if (version === 3) checkFeatures(head, view)
}

function checkFeatures(head: Uint8Array, view: DataView): void {
  if (head.length < QCOW2_HEADER_BYTES) throw refused(`a header of ${QCOW2_HEADER_BYTES} bytes`, String(head.length))
  const features = view.getBigUint64(72)
  if ((features >> EXTERNAL_DATA_FILE) & 1n) throw refused('no external data file', 'one')
  if ((features & ~KNOWN_FEATURES) !== 0n) throw refused('known features', `bits 0x${features.toString(16)}`)
}

const refused = (expected: string, got: string): AppError =>
  new AppError('image.malformed', `expected a self-contained qcow2 file with ${expected}, got ${got}`)
